/* A host in C: decides, submits, and reads what went wrong. The sizes and places of the structs are part of the ABI. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bylaw.h>

_Static_assert(sizeof(bylaw_text) == 24 && offsetof(bylaw_text, needed) == 16, "bylaw_text");
_Static_assert(sizeof(bylaw_column) == 80 && offsetof(bylaw_column, dictionary) == 56 && offsetof(bylaw_column, form) == 76, "bylaw_column");
_Static_assert(sizeof(bylaw_list) == 24 && sizeof(bylaw_columns) == 64 && offsetof(bylaw_columns, now_ms) == 48, "bylaw_columns");
_Static_assert(sizeof(bylaw_hit) == 12 && sizeof(bylaw_row_error) == 24 && sizeof(bylaw_holds) == 56, "bylaw_holds");
_Static_assert(sizeof(bylaw_engine_options) == 32 && offsetof(bylaw_engine_options, must_exist) == 24, "bylaw_engine_options");

static int failures = 0;
static char out_bytes[65536];
static char error_bytes[8192];
static bylaw_text out = {out_bytes, sizeof out_bytes, 0};
static bylaw_text error = {error_bytes, sizeof error_bytes, 0};

static void expect(int condition, const char* what) {
  if (condition) return;
  ++failures;
  fprintf(stderr, "FAILED: %s (%s)\n", what, error_bytes);
}
static int says(const char* text) { return strstr(error_bytes, text) != NULL; }

static const int64_t november = 1793527200000LL;
static int64_t fixed_clock(void* context) { return *(int64_t*)context; }

struct seen {
  size_t held;
  size_t rows;
  size_t errors;
  int stop;
};
static int take(void* context, const bylaw_holds* holds) {
  struct seen* seen = context;
  size_t begin = 0;
  for (size_t i = 0; i < holds->rows; ++i) {
    if (holds->ends[i] > begin) ++seen->held;
    begin = holds->ends[i];
  }
  seen->rows += holds->rows;
  seen->errors += holds->error_count;
  return seen->stop;
}

static void columns(const bylaw_policy* policy) {
  enum { rows = 10000 };
  static int64_t cents[rows];
  static uint8_t trusted[rows];
  static int64_t at[rows];
  for (int i = 0; i < rows; ++i) {
    cents[i] = i * 100;
    trusted[i] = i % 2 == 0;
    at[i] = november;
  }
  bylaw_column fields[2] = {{sizeof(bylaw_column), "order.total", cents, rows, 0, NULL, 0, NULL, 0, 0, BYLAW_I64},
                            {sizeof(bylaw_column), "order.customer.trusted", trusted, rows, 0, NULL, 0, NULL, 0, 0, BYLAW_U8}};
  bylaw_columns orders = {sizeof(bylaw_columns), rows, fields, 2, NULL, 0, november, NULL};
  struct seen seen = {0, 0, 0, 0};
  expect(bylaw_policy_decide_columns(policy, &orders, take, &seen, &error) == BYLAW_OK, "decides columns");
  expect(seen.rows == rows && seen.held == 4500 && seen.errors == 0, "holds every untrusted order above 1,000 dollars");
  struct seen each = {0, 0, 0, 0};
  orders.at_ms = at;
  expect(bylaw_policy_decide_columns(policy, &orders, take, &each, &error) == BYLAW_OK && each.held == seen.held, "each at its own time");
  struct seen stopped = {0, 0, 0, 1};
  expect(bylaw_policy_decide_columns(policy, &orders, take, &stopped, &error) == BYLAW_STOPPED && stopped.rows < rows, "stops when it is told to");
  fields[0].path = "order.totl";
  expect(bylaw_policy_decide_columns(policy, &orders, take, &seen, &error) == BYLAW_ERROR && says("columns_mismatch") && says("did you mean"), "names a column");
  fields[0].path = "order.total";
  fields[0].form = 9;
  expect(bylaw_policy_decide_columns(policy, &orders, take, &seen, &error) == BYLAW_BAD_ARGUMENT && says("columns[0]"), "names a form that is none");
  fields[0].form = BYLAW_I64;
  fields[1].size = 8;
  expect(bylaw_policy_decide_columns(policy, &orders, take, &seen, NULL) == BYLAW_BAD_ARGUMENT, "refuses a struct of another size");
}

static void policies(const char* path) {
  bylaw_policy* policy = NULL;
  const char* facts = "{\"order\":{\"id\":\"A-1\",\"total\":\"1500.00 USD\"},\"customer\":{\"trusted\":false}}";
  expect(bylaw_policy_load(&path, 1, &policy, &error) == BYLAW_OK && policy != NULL, "loads");
  expect(bylaw_policy_decide(policy, facts, november, BYLAW_EXPLAIN_NO, &out, &error) == BYLAW_OK, "decides");
  expect(strstr(out_bytes, "\"large_order\"") != NULL, "holds the large order");
  expect(out.needed == strlen(out_bytes) + 1, "says how long the answer is");
  bylaw_text small = {out_bytes, 4, 0};
  expect(bylaw_policy_decide(policy, facts, november, BYLAW_EXPLAIN_NO, &small, &error) == BYLAW_BUFFER_TOO_SMALL && small.needed == out.needed, "a small buffer");
  expect(strlen(out_bytes) == 3, "writes no more than there is room for");
  bylaw_text none = {NULL, 0, 0};
  expect(bylaw_policy_decide(policy, facts, november, BYLAW_EXPLAIN_NO, &none, NULL) == BYLAW_BUFFER_TOO_SMALL && none.needed == out.needed, "asks for the size alone");
  expect(bylaw_policy_decide(policy, facts, november, BYLAW_EXPLAIN_TEXT, &out, &error) == BYLAW_OK && strstr(out_bytes, "applies") != NULL, "explains");
  expect(bylaw_policy_decide(policy, "{\"order\":{\"total\":5 EUR}}", 0, BYLAW_EXPLAIN_NO, &out, &error) == BYLAW_ERROR && says("bad_json"), "names bad JSON");
  expect(bylaw_policy_decide(policy, NULL, 0, BYLAW_EXPLAIN_NO, &out, &error) == BYLAW_BAD_ARGUMENT && says("facts"), "names what is NULL");
  expect(bylaw_policy_decide(NULL, facts, 0, BYLAW_EXPLAIN_NO, &out, NULL) == BYLAW_BAD_ARGUMENT, "without a policy");
  expect(bylaw_policy_describe(policy, &out, &error) == BYLAW_OK && strstr(out_bytes, "\"order.total\"") != NULL, "describes");
  columns(policy);
  bylaw_policy_free(policy);
  bylaw_policy_free(NULL);
  const char* nowhere = "/no/such/policy";
  expect(bylaw_policy_load(&nowhere, 1, &policy, &error) == BYLAW_ERROR && policy == NULL && says("cannot_read"), "names the missing policy");
  expect(bylaw_policy_compile("p.bylaw", "policy p { currency USD; }\nhold x { when order.totl > 5.00 USD; }", &policy, &error) == BYLAW_ERROR && says("\"line\":2"), "diagnoses");
  expect(bylaw_policy_compile("p.bylaw", "policy p { currency USD; time zone \"UTC\"; }", &policy, &error) == BYLAW_OK, "compiles a text");
  bylaw_policy_free(policy);
}

static void engines(const char* path, const char* store) {
  bylaw_policy* policy = NULL;
  bylaw_engine* engine = NULL;
  int64_t time = november;
  bylaw_engine_options options = {sizeof(bylaw_engine_options), fixed_clock, &time, 0, 0};
  const char* item = "{\"command_id\":\"c-1\",\"command\":\"define_item\",\"at\":\"2026-11-01T10:00:00Z\",\"sku\":\"TEA\"}";
  expect(bylaw_policy_load(&path, 1, &policy, &error) == BYLAW_OK, "loads");
  remove(store);
  options.must_exist = 1;
  expect(bylaw_engine_open(store, policy, &options, &engine, &error) == BYLAW_ERROR && engine == NULL, "makes no store when it must be there");
  options.must_exist = 0;
  expect(bylaw_engine_open(store, policy, &options, &engine, &error) == BYLAW_OK, "opens");
  bylaw_policy_free(policy);
  expect(bylaw_engine_submit(engine, item, &out, &error) == BYLAW_OK && strstr(out_bytes, "\"accepted\"") != NULL, "accepts the item");
  bylaw_text small = {out_bytes, 2, 0};
  expect(bylaw_engine_submit(engine, item, &small, &error) == BYLAW_BUFFER_TOO_SMALL, "a small buffer");
  expect(bylaw_engine_submit(engine, item, &out, &error) == BYLAW_OK && strstr(out_bytes, "duplicate") != NULL, "knows the same command again");
  expect(bylaw_engine_submit(engine, "{\"batch\":[{\"command_id\":\"c-2\",\"command\":\"define_location\",\"at\":\"2026-11-01T10:00:00Z\",\"id\":\"DC1\"}]}", &out, &error) ==
                 BYLAW_OK && out_bytes[0] == '[', "answers a batch with an array");
  expect(bylaw_engine_submit(engine, "{\"command\":\"fly\"}", &out, &error) == BYLAW_ERROR, "refuses what is no command");
  size_t fired = 7;
  int64_t next = 0;
  expect(bylaw_engine_run_due(engine, november, 16, &fired, &next, &error) == BYLAW_OK && fired == 0 && next == INT64_MAX, "has no clocks");
  expect(bylaw_engine_returnable(engine, "A-9", "", "", november, &out, &error) == BYLAW_ERROR && says("unknown_order"), "knows no such order");
  expect(bylaw_store_report(store, "stock", &out, &error) == BYLAW_OK && strstr(out_bytes, "\"columns\"") != NULL, "reports while it is open");
  expect(bylaw_store_report(store, "nothing", &out, &error) == BYLAW_ERROR && says("unknown_report"), "names the report that is none");
  expect(bylaw_engine_close(engine, &error) == BYLAW_OK && bylaw_engine_close(NULL, &error) == BYLAW_OK, "closes");
  expect(bylaw_store_verify(store, &out, &error) == BYLAW_OK && strstr(out_bytes, "\"intact\":true") != NULL, "is intact");
  expect(bylaw_store_standing(store, "nobody", &out, &error) == BYLAW_ERROR && says("unknown_order"), "stands nowhere");
  expect(bylaw_store_audit(store, "nobody", &out, &error) == BYLAW_ERROR, "audits nobody");
  expect(bylaw_engine_open(store, NULL, NULL, &engine, &error) == BYLAW_OK, "opens with the policy that decided last");
  bylaw_engine_close(engine, NULL);
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  expect(bylaw_abi_version() == BYLAW_ABI_VERSION && strlen(bylaw_version()) > 4, "has a version");
  policies(argv[1]);
  engines(argv[1], argv[2]);
  printf("c_host: %s\n", failures == 0 ? "ok" : "failed");
  return failures == 0 ? 0 : 1;
}
