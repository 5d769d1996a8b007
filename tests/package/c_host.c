/* A host in C: decides, submits, and reads what went wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bylaw.h>

static int failures = 0;

static void expect(int condition, const char* what, bylaw_handle* handle) {
  if (condition) return;
  ++failures;
  fprintf(stderr, "FAILED: %s (%s)\n", what, bylaw_last_error(handle));
}

int main(int argc, char** argv) {
  bylaw_handle* handle = NULL;
  char out[4096];
  size_t needed = 0;
  const char* facts = "{\"order\":{\"id\":\"A-1\",\"total\":\"1500.00 USD\"},\"customer\":{\"trusted\":false}}";
  const char* item = "{\"command_id\":\"c-1\",\"command\":\"define_item\",\"at\":\"2026-11-01T10:00:00Z\",\"sku\":\"TEA\"}";
  if (argc < 3) return 2;
  remove(argv[2]);
  expect(bylaw_open(argv[1], argv[2], &handle) == 0, "opens", handle);
  expect(bylaw_decide(handle, facts, 1793527200000LL, out, sizeof out, &needed) == 0, "decides", handle);
  expect(strstr(out, "\"large_order\"") != NULL, "holds the large order", handle);
  expect(needed == strlen(out) + 1, "says how long the answer is", handle);
  expect(bylaw_decide(handle, facts, 1793527200000LL, out, 4, &needed) != 0, "refuses a small buffer", handle);
  expect(strstr(bylaw_last_error(handle), "buffer_too_small") != NULL, "names the small buffer", handle);
  expect(bylaw_decide(handle, "{\"order\":{\"total\":5 EUR}}", 0, out, sizeof out, &needed) != 0, "refuses what is no JSON", handle);
  expect(strstr(bylaw_last_error(handle), "bad_json") != NULL, "names bad JSON", handle);
  expect(bylaw_submit(handle, item, out, sizeof out, &needed) == 0, "submits", handle);
  expect(strstr(out, "\"accepted\"") != NULL, "accepts the item", handle);
  expect(bylaw_submit(handle, item, out, sizeof out, &needed) == 0 && strstr(out, "duplicate") != NULL, "knows the same command again", handle);
  bylaw_close(handle);
  handle = NULL;
  expect(bylaw_open("/no/such/policy", NULL, &handle) != 0, "refuses a missing policy", handle);
  expect(strstr(bylaw_last_error(handle), "cannot_read") != NULL, "names the missing policy", handle);
  expect(bylaw_submit(handle, item, out, sizeof out, &needed) != 0, "refuses without a store", handle);
  bylaw_close(handle);
  printf("c_host: %s\n", failures == 0 ? "ok" : "failed");
  return failures == 0 ? 0 : 1;
}
