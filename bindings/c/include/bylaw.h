/* The stable C interface of Bylaw: opaque handles, UTF-8 JSON in and out, columns for batches.
 *
 * Every function that can fail returns a bylaw_status and, when `error` is not NULL, writes one JSON object there,
 *   {"code":"wrong_type","message":"...","place":"order.total","remedy":"...","rendered":"..."}
 * for BYLAW_ERROR, BYLAW_BAD_ARGUMENT and BYLAW_OUT_OF_MEMORY; the others need no words.
 * `code` is stable; `rendered` is what the command line prints; a policy that does not compile has "diagnostics" too, one object per
 * finding. docs/c.md lists the members. Texts are zero-ended; NULL for a text that is needed is BYLAW_BAD_ARGUMENT.
 *
 * No C++ exception crosses, nothing prints, nothing aborts, no thread is started. Structs begin with their size, so that later
 * versions can add members: set it with sizeof. The ABI is that of LP64 platforms with the System V calling convention. */
#ifndef BYLAW_H
#define BYLAW_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BYLAW_API __attribute__((visibility("default")))

/* Rises when a function or member is added; programs that were built with a smaller one go on working. */
#define BYLAW_ABI_VERSION 1
BYLAW_API uint32_t bylaw_abi_version(void);
/* "0.1.0" */
BYLAW_API char const* bylaw_version(void);

typedef enum bylaw_status {
  BYLAW_OK = 0,
  BYLAW_ERROR = 1,            /* see the error's code */
  BYLAW_BUFFER_TOO_SMALL = 2, /* `needed` says how many bytes the answer takes */
  BYLAW_BAD_ARGUMENT = 3,     /* a pointer is NULL, a size or form is not one of those described here */
  BYLAW_OUT_OF_MEMORY = 4,
  BYLAW_STOPPED = 5 /* a callback asked to stop */
} bylaw_status;

/* A buffer of the caller. A function writes at most `capacity` bytes into it, the final zero among them, and sets `needed` to the
 * bytes that the whole text takes with its zero. `bytes` may be NULL when `capacity` is 0: then only the size is asked for. */
typedef struct bylaw_text {
  char* bytes;
  size_t capacity;
  size_t needed;
} bylaw_text;

/* ---- Policies: compiled once, immutable, for any number of threads at a time. ---- */

typedef struct bylaw_policy bylaw_policy;

/* Loads files, or folders of them. *policy is NULL unless BYLAW_OK is returned. */
BYLAW_API bylaw_status bylaw_policy_load(char const* const* paths, size_t count, bylaw_policy** policy, bylaw_text* error);
/* Compiles one text. `name` stands for it in findings; `use` looks beside that name, and among the shipped files. */
BYLAW_API bylaw_status bylaw_policy_compile(char const* name, char const* text, bylaw_policy** policy, bylaw_text* error);
/* NULL is allowed. Engines that were opened with it go on. */
BYLAW_API void bylaw_policy_free(bylaw_policy* policy);

/* {"version":"SHA-256","holds":[{"name":...,"queue":...,"reason":...}],"facts":[{"path":...,"kind":...}]}: the rules by the numbers that
 * columns are answered with, and the facts that they read. */
BYLAW_API bylaw_status bylaw_policy_describe(bylaw_policy const* policy, bylaw_text* out, bylaw_text* error);

typedef enum bylaw_explain { BYLAW_EXPLAIN_NO = 0, BYLAW_EXPLAIN_TEXT = 1, BYLAW_EXPLAIN_JSON = 2 } bylaw_explain;

/* One JSON object of facts in, one decision out, as `bylaw decide` prints it (docs/facts.md). now_ms: milliseconds since 1970 UTC. */
BYLAW_API bylaw_status bylaw_policy_decide(bylaw_policy const* policy, char const* facts, int64_t now_ms, bylaw_explain explain, bylaw_text* out,
                                           bylaw_text* error);

/* ---- Orders as columns: the holds of many at once. ---- */

typedef enum bylaw_form { BYLAW_U8 = 1, BYLAW_I8 = 2, BYLAW_U16 = 3, BYLAW_I16 = 4, BYLAW_U32 = 5, BYLAW_I32 = 6, BYLAW_I64 = 7 } bylaw_form;

/* One field of all orders, or of all elements of a collection, as it lies in memory. What a number means follows from the field: money
 * in minor units; decimals, quantities as number / 10^scale; durations in milliseconds; dates in days since 1970; times of day in
 * minutes; timestamps in milliseconds UTC, or finer with a scale (6: nanoseconds); booleans 0 or 1; texts and enumerations as codes
 * into the dictionary, of which a negative one is missing. */
typedef struct bylaw_column {
  size_t size;      /* sizeof(bylaw_column) */
  char const* path; /* "order.total", "order.customer.segment", "order.lines.quantity" */
  void const* values;
  size_t count;
  size_t stride;        /* in bytes; 0: one behind the other */
  uint8_t const* valid; /* a bit for each value, lowest first, as in Arrow; NULL: all are there */
  size_t valid_offset;  /* the bit of the first value */
  char const* const* dictionary;
  size_t dictionary_count;
  int32_t scale; /* 0 to 9 */
  int32_t form;  /* a bylaw_form */
} bylaw_column;

/* Which elements of a collection belong to which order: those of order i are the values from offsets[i] up to offsets[i + 1]. */
typedef struct bylaw_list {
  size_t size;             /* sizeof(bylaw_list) */
  char const* path;        /* "order.lines" */
  uint32_t const* offsets; /* rows + 1 of them, rising */
} bylaw_list;

typedef struct bylaw_columns {
  size_t size; /* sizeof(bylaw_columns) */
  size_t rows;
  bylaw_column const* columns;
  size_t column_count;
  bylaw_list const* lists;
  size_t list_count;
  int64_t now_ms;       /* when all orders are decided */
  int64_t const* at_ms; /* or each at its own time; NULL: all at now_ms */
} bylaw_columns;

typedef struct bylaw_hit {
  uint32_t rule;  /* its number in bylaw_policy_describe */
  int32_t line;   /* from 0; -1: the whole order */
  uint32_t state; /* 0: holds, 1: waits for a fact, 2: the rule could not be evaluated, which holds too */
} bylaw_hit;

/* An order whose facts could not be read where a rule needed them; nothing was decided about it. */
typedef struct bylaw_row_error {
  size_t row;
  char const* code;
  char const* message; /* with place and remedy */
} bylaw_row_error;

/* The decisions of a part of the orders: hits of order `first + i` are those from ends[i - 1] (0 for the first) up to ends[i]. */
typedef struct bylaw_holds {
  size_t size;
  size_t first;
  size_t rows;
  size_t const* ends;
  bylaw_hit const* hits;
  size_t error_count;
  bylaw_row_error const* errors; /* their rows count from the first order of all */
} bylaw_holds;

/* Takes one part, on the thread of the call. What it points to is gone when it returns. Anything but 0 stops: BYLAW_STOPPED. It may not
 * throw or jump out. */
typedef int (*bylaw_take_holds)(void* context, bylaw_holds const* holds);

BYLAW_API bylaw_status bylaw_policy_decide_columns(bylaw_policy const* policy, bylaw_columns const* orders, bylaw_take_holds take, void* context,
                                                   bylaw_text* error);

/* ---- Engines: commands in, one durable commit, outcomes out. ---- */

typedef struct bylaw_engine bylaw_engine;

typedef struct bylaw_engine_options {
  size_t size; /* sizeof(bylaw_engine_options) */
  /* Milliseconds since 1970 UTC for recorded times; NULL: the system's clock. Called on the thread that commits. */
  int64_t (*now_ms)(void* context);
  void* now_context;
  int32_t must_exist;         /* not 0: no store is made where there is none */
  int32_t clocks_by_commands; /* not 0: what is due by a command's time fires before it, as when the past is played */
} bylaw_engine_options;

/* Opens a store and the engine on it. policy: the version that decides; NULL: the one in force. options: NULL for the usual ones. */
BYLAW_API bylaw_status bylaw_engine_open(char const* store_path, bylaw_policy const* policy, bylaw_engine_options const* options, bylaw_engine** engine,
                                         bylaw_text* error);
/* Writes a snapshot, so that the next opening is fast, and frees the handle whatever is returned. NULL is allowed. No other call may run. */
BYLAW_API bylaw_status bylaw_engine_close(bylaw_engine* engine, bylaw_text* error);

/* One JSON command in, one outcome out (docs/commands.md). {"batch":[...]} is done as a whole or not at all, and answered with an array of
 * outcomes in the same order. Durable when BYLAW_OK or BYLAW_BUFFER_TOO_SMALL is returned: with more room the same commands are answered from the journal. A refused
 * command is an outcome. Any number of threads may call it at a time. */
BYLAW_API bylaw_status bylaw_engine_submit(bylaw_engine* engine, char const* commands, bylaw_text* out, bylaw_text* error);

/* Fires clocks that are due at now_ms, at most count_max in one commit. *fired: how many; *next_ms: when the next one is due, which may
 * be now, or INT64_MAX. Both may be NULL. A host calls this now and then. Threads as for bylaw_engine_submit. */
BYLAW_API bylaw_status bylaw_engine_run_due(bylaw_engine* engine, int64_t now_ms, size_t count_max, size_t* fired, int64_t* next_ms, bylaw_text* error);

/* What may be given back of an order, at which time, for a reason and in a condition: an array with line, quantity, verdict, refund. */
BYLAW_API bylaw_status bylaw_engine_returnable(bylaw_engine* engine, char const* order, char const* reason, char const* condition, int64_t at_ms,
                                               bylaw_text* out, bylaw_text* error);

/* ---- Stores, read while a host writes. ---- */

/* A report by its name (`bylaw report` lists them): {"columns":[...],"numeric":[...],"rows":[[...]]}, every value as text. */
BYLAW_API bylaw_status bylaw_store_report(char const* store_path, char const* name, bylaw_text* out, bylaw_text* error);
/* Everything that happened to an order or return, in the same form. */
BYLAW_API bylaw_status bylaw_store_audit(char const* store_path, char const* subject, bylaw_text* out, bylaw_text* error);
/* Where an order, return or other instance stands, in the same form: one row with its state, since when, and the rules that hold it. */
BYLAW_API bylaw_status bylaw_store_standing(char const* store_path, char const* subject, bylaw_text* out, bylaw_text* error);
/* Recomputes everything from the journal: {"intact":true,"findings":[],"commits":...,"transfers":...,"subjects":...,"state":"SHA-256"}. */
BYLAW_API bylaw_status bylaw_store_verify(char const* store_path, bylaw_text* out, bylaw_text* error);

#ifdef __cplusplus
}
#endif
#endif
