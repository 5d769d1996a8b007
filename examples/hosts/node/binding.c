/* Passes what host.js calls on to bylaw.h, through Node-API: an addon that is built once runs with every later Node. An error is thrown
 * with the library's JSON as its message. */
#include <bylaw.h>
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

static char error_bytes[65536]; /* one thread runs JavaScript */

static bylaw_text room_for_error(void) {
  bylaw_text const error = {error_bytes, sizeof error_bytes, 0};
  return error;
}
static napi_value fail(napi_env env, const char* what) {
  napi_throw_error(env, NULL, what);
  return NULL;
}

/* The UTF-8 of a string argument; the caller frees it. */
static char* text_of(napi_env env, napi_value value) {
  size_t size = 0;
  if (napi_get_value_string_utf8(env, value, NULL, 0, &size) != napi_ok) return NULL;
  char* text = malloc(size + 1);
  if (text != NULL) napi_get_value_string_utf8(env, value, text, size + 1, &size);
  return text;
}
static void* handle_of(napi_env env, napi_value value) {
  void* handle = NULL;
  napi_get_value_external(env, value, &handle);
  return handle;
}
static void free_policy(napi_env env, void* policy, void* hint) {
  (void)env;
  (void)hint;
  bylaw_policy_free(policy);
}

/* A policy that a call has made, or what was wrong. */
static napi_value policy_of(napi_env env, bylaw_status status, bylaw_policy* policy) {
  napi_value out = NULL;
  if (status != BYLAW_OK) return fail(env, error_bytes);
  napi_create_external(env, policy, free_policy, NULL, &out);
  return out;
}

static napi_value policy_load(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  size_t count = 1;
  bylaw_policy* policy = NULL;
  bylaw_text error = room_for_error();
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  char* path = text_of(env, arguments[0]);
  bylaw_status const status = bylaw_policy_load((const char* const*)&path, 1, &policy, &error);
  free(path);
  return policy_of(env, status, policy);
}

static napi_value policy_compile(napi_env env, napi_callback_info info) {
  napi_value arguments[2];
  size_t count = 2;
  bylaw_policy* policy = NULL;
  bylaw_text error = room_for_error();
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  char* name = text_of(env, arguments[0]);
  char* text = text_of(env, arguments[1]);
  bylaw_status const status = bylaw_policy_compile(name, text, &policy, &error);
  free(name);
  free(text);
  return policy_of(env, status, policy);
}

/* decide: (policy, facts, now_ms); submit: (engine, command). Asked again with more room when the answer does not fit. */
static napi_value answer(napi_env env, napi_callback_info info, int decides) {
  napi_value arguments[3], answer = NULL;
  size_t count = 3;
  int64_t now_ms = 0;
  bylaw_text error = room_for_error();
  bylaw_text out = {malloc(4096), 4096, 0};
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  void* handle = handle_of(env, arguments[0]);
  char* text = text_of(env, arguments[1]);
  if (decides) napi_get_value_int64(env, arguments[2], &now_ms);
  bylaw_status status = BYLAW_OUT_OF_MEMORY;
  while (out.bytes != NULL) {
    status = decides ? bylaw_policy_decide(handle, text, now_ms, BYLAW_EXPLAIN_NO, &out, &error) : bylaw_engine_submit(handle, text, &out, &error);
    if (status != BYLAW_BUFFER_TOO_SMALL) break;
    free(out.bytes);
    out.capacity = out.needed;
    out.bytes = malloc(out.capacity);
  }
  if (out.bytes != NULL && status == BYLAW_OK) napi_create_string_utf8(env, out.bytes, NAPI_AUTO_LENGTH, &answer);
  else fail(env, error_bytes);
  free(out.bytes);
  free(text);
  return answer;
}
static napi_value policy_decide(napi_env env, napi_callback_info info) { return answer(env, info, 1); }
static napi_value engine_submit(napi_env env, napi_callback_info info) { return answer(env, info, 0); }

struct ends {
  napi_env env;
  napi_value array;
  size_t hits; /* of the parts before */
};
static int take_ends(void* context, const bylaw_holds* holds) {
  struct ends* ends = context;
  for (size_t i = 0; i < holds->rows; ++i) {
    napi_value number = NULL;
    napi_create_int64(ends->env, (int64_t)(ends->hits + holds->ends[i]), &number);
    napi_set_element(ends->env, ends->array, (uint32_t)(holds->first + i), number);
  }
  ends->hits += holds->rows > 0 ? holds->ends[holds->rows - 1] : 0;
  return 0;
}

static int form_of(napi_typedarray_type type) {
  switch (type) {
    case napi_int8_array: return BYLAW_I8;
    case napi_uint8_array: return BYLAW_U8;
    case napi_int16_array: return BYLAW_I16;
    case napi_uint16_array: return BYLAW_U16;
    case napi_int32_array: return BYLAW_I32;
    case napi_uint32_array: return BYLAW_U32;
    case napi_bigint64_array: return BYLAW_I64;
    default: return 0; /* floats have no exact value */
  }
}

/* (policy, rows, {path: typed array}, now_ms) */
static napi_value decide_columns(napi_env env, napi_callback_info info) {
  enum { fields_max = 64 };
  napi_value arguments[4], names;
  size_t count = 4;
  uint32_t fields_count = 0;
  int64_t rows = 0, now_ms = 0;
  bylaw_column fields[fields_max];
  bylaw_text error = room_for_error();
  struct ends ends = {env, NULL, 0};
  memset(fields, 0, sizeof fields);
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_int64(env, arguments[1], &rows);
  napi_get_value_int64(env, arguments[3], &now_ms);
  napi_get_property_names(env, arguments[2], &names);
  napi_get_array_length(env, names, &fields_count);
  if (fields_count > fields_max) return fail(env, "at most 64 columns");
  for (uint32_t i = 0; i < fields_count; ++i) {
    napi_value name, array;
    napi_typedarray_type type = napi_float64_array;
    void* values = NULL;
    napi_get_element(env, names, i, &name);
    napi_get_property(env, arguments[2], name, &array);
    if (napi_get_typedarray_info(env, array, &type, &fields[i].count, &values, NULL, NULL) != napi_ok) fields[i].count = 0;
    fields[i].size = sizeof(bylaw_column);
    fields[i].path = text_of(env, name);
    fields[i].values = values;
    fields[i].form = form_of(type);
  }
  napi_create_array(env, &ends.array);
  bylaw_columns const orders = {sizeof(bylaw_columns), (size_t)rows, fields, fields_count, NULL, 0, now_ms, NULL};
  bylaw_status const status = bylaw_policy_decide_columns(handle_of(env, arguments[0]), &orders, take_ends, &ends, &error);
  for (uint32_t i = 0; i < fields_count; ++i) free((void*)fields[i].path);
  return status == BYLAW_OK ? ends.array : fail(env, error_bytes);
}

static napi_value engine_open(napi_env env, napi_callback_info info) {
  napi_value arguments[2], out = NULL;
  size_t count = 2;
  bylaw_engine* engine = NULL;
  bylaw_text error = room_for_error();
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  char* path = text_of(env, arguments[0]);
  bylaw_status const status = bylaw_engine_open(path, handle_of(env, arguments[1]), NULL, &engine, &error);
  free(path);
  if (status != BYLAW_OK) return fail(env, error_bytes);
  napi_create_external(env, engine, NULL, NULL, &out);
  return out;
}

static napi_value engine_close(napi_env env, napi_callback_info info) {
  napi_value arguments[1];
  size_t count = 1;
  bylaw_text error = room_for_error();
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  return bylaw_engine_close(handle_of(env, arguments[0]), &error) == BYLAW_OK ? NULL : fail(env, error_bytes);
}

NAPI_MODULE_INIT() {
  struct {
    const char* name;
    napi_callback call;
  } const functions[] = {{"policyLoad", policy_load},       {"policyCompile", policy_compile}, {"policyDecide", policy_decide}, {"decideColumns", decide_columns},
                         {"engineOpen", engine_open},       {"engineSubmit", engine_submit},   {"engineClose", engine_close}};
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; ++i) {
    napi_value function = NULL;
    napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function);
    napi_set_named_property(env, exports, functions[i].name, function);
  }
  return exports;
}
