/* The stable C interface of Bylaw: JSON in, JSON out.
 *
 * Every function returns 0 when it did what was asked; otherwise bylaw_last_error says what
 * was wrong. A handle belongs to one thread at a time, except that bylaw_submit may be called
 * from many. No C++ exception crosses. */
#ifndef BYLAW_H
#define BYLAW_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BYLAW_API __attribute__((visibility("default")))

typedef struct bylaw_handle bylaw_handle;

/* Loads the policy (a file or a folder) and, when store_path is not NULL, opens the store.
 * *out is set even on failure, so that its last error can be read; always bylaw_close it.
 * Only when there is no memory is *out NULL. */
BYLAW_API int bylaw_open(char const* policy_path, char const* store_path, bylaw_handle** out);
BYLAW_API void bylaw_close(bylaw_handle* handle);

/* One JSON object of facts in, one JSON decision out, as `bylaw decide` prints it.
 * now_ms: milliseconds since 1970-01-01 UTC. Writes at most capacity bytes with a final zero
 * and sets *needed to the bytes of the answer including it; returns 1 when they do not fit. */
BYLAW_API int bylaw_decide(bylaw_handle* handle, char const* facts_json, int64_t now_ms, char* out, size_t capacity, size_t* needed);

/* One JSON command in, one JSON outcome out, durable when it returns 0. A refused command is
 * an outcome too. When the outcome does not fit, send the same command again with more room:
 * it is answered from the journal. */
BYLAW_API int bylaw_submit(bylaw_handle* handle, char const* command_json, char* out, size_t capacity, size_t* needed);

/* The last error of this handle as "code: place: sentence (remedy)"; "" when there was none.
 * Valid until the next call with this handle. */
BYLAW_API char const* bylaw_last_error(bylaw_handle const* handle);

#ifdef __cplusplus
}
#endif
#endif
