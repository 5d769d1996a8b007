/* A host in C. Usage: host POLICY STORE */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bylaw.h>

static char error_bytes[16384];
static bylaw_text error = {error_bytes, sizeof error_bytes, 0};

static void check(bylaw_status status, const char* what) {
  if (status == BYLAW_OK) return;
  fprintf(stderr, "%s: %s\n", what, error_bytes);
  exit(1);
}

/* The text of a member of a JSON object, for programs that have no JSON library at hand. */
static const char* member(const char* json, const char* name) {
  static char value[256];
  char key[64];
  snprintf(key, sizeof key, "\"%s\":\"", name);
  const char* at = strstr(json, key);
  size_t length = at == NULL ? 0 : strcspn(at + strlen(key), "\"");
  snprintf(value, sizeof value, "%.*s", (int)length, at == NULL ? "" : at + strlen(key));
  return value;
}

static int print_held(void* context, const bylaw_holds* holds) {
  size_t begin = 0;
  (void)context;
  for (size_t i = 0; i < holds->rows; ++i) {
    printf(" %s", holds->ends[i] > begin ? "held" : "free");
    begin = holds->ends[i];
  }
  return 0;
}

int main(int argc, char** argv) {
  if (argc < 3) return fprintf(stderr, "usage: host POLICY STORE\n"), 2;
  char bytes[65536];
  bylaw_text out = {bytes, sizeof bytes, 0};
  const char* path = argv[1];
  bylaw_policy* policy = NULL;
  check(bylaw_policy_load(&path, 1, &policy, &error), "load");

  const int64_t now_ms = 1793527200000; /* 2026-11-01 10:00 UTC */
  check(bylaw_policy_decide(policy, "{\"order\":{\"total\":\"1500.00 USD\"},\"customer\":{\"trusted\":false}}", now_ms, BYLAW_EXPLAIN_NO, &out, &error), "decide");
  printf("decided: %s\n", member(bytes, "rule"));

  const int64_t cents[] = {99900, 150000, 150000};
  const uint8_t trusted[] = {0, 0, 1};
  const bylaw_column fields[] = {{sizeof(bylaw_column), "order.total", cents, 3, 0, NULL, 0, NULL, 0, 0, BYLAW_I64},
                                 {sizeof(bylaw_column), "order.customer.trusted", trusted, 3, 0, NULL, 0, NULL, 0, 0, BYLAW_U8}};
  const bylaw_columns orders = {sizeof(bylaw_columns), 3, fields, 2, NULL, 0, now_ms, NULL};
  printf("columns:");
  check(bylaw_policy_decide_columns(policy, &orders, print_held, NULL, &error), "columns");
  printf("\n");

  const char* commands[] = {
      "{\"command_id\":\"1\",\"command\":\"define_item\",\"at\":\"2026-11-01T10:00:00Z\",\"sku\":\"TEA\"}",
      "{\"command_id\":\"2\",\"command\":\"import_order\",\"at\":\"2026-11-01T10:00:00Z\",\"id\":\"A-1\",\"source\":\"shop\",\"channel\":\"web\",\"currency\":\"USD\","
      "\"placed\":\"2026-11-01T10:00:00Z\",\"customer\":{\"id\":\"C-1\",\"trusted\":false},\"lines\":[{\"item\":\"TEA\",\"quantity\":3,\"unit_price\":\"500.00\"}]}",
      "{\"command_id\":\"3\",\"command\":\"release_hold\",\"at\":\"2026-11-01T11:00:00Z\",\"order\":\"A-1\",\"rule\":\"large_order\","
      "\"by\":{\"user\":\"ann\",\"role\":\"order_desk\"}}"};
  bylaw_engine* engine = NULL;
  check(bylaw_engine_open(argv[2], policy, NULL, &engine, &error), "open");
  for (size_t i = 0; i < 3; ++i) {
    check(bylaw_engine_submit(engine, commands[i], &out, &error), "submit");
    if (i > 0) printf("order A-1: %s\n", member(bytes, "state"));
  }
  check(bylaw_engine_close(engine, &error), "close");
  bylaw_policy_free(policy);

  if (bylaw_policy_compile("p.bylaw", "policy p { currency XXX; time zone \"UTC\"; }", &policy, &error) == BYLAW_OK) return 1;
  printf("bad policy: %s\n", member(strstr(error_bytes, "diagnostics"), "code"));
  return 0;
}
