/* Passes the native methods of Bylaw.java on to bylaw.h. Texts go as UTF-8, which is what JNI's modified UTF-8 is for all characters
 * of the basic plane except zero; a host with others encodes them in Java and passes byte arrays. */
#include <jni.h>
#include <stdlib.h>

#include <bylaw.h>

static void throw_error(JNIEnv* env, const char* json) {
  jclass type = (*env)->FindClass(env, "Bylaw$BylawException");
  if (type != NULL) (*env)->ThrowNew(env, type, json);
}

/* A call of the library with a text answer, repeated with more room when it does not fit. */
typedef bylaw_status (*answering)(void* arguments, bylaw_text* out, bylaw_text* error);

static jstring answer(JNIEnv* env, answering ask, void* arguments) {
  char error_bytes[16384] = "{\"code\":\"out_of_memory\",\"rendered\":\"out of memory\"}";
  bylaw_text error = {error_bytes, sizeof error_bytes, 0};
  bylaw_text out = {malloc(4096), 4096, 0};
  jstring text = NULL;
  bylaw_status status = BYLAW_OUT_OF_MEMORY;
  while (out.bytes != NULL && (status = ask(arguments, &out, &error)) == BYLAW_BUFFER_TOO_SMALL) {
    free(out.bytes);
    out.capacity = out.needed;
    out.bytes = malloc(out.capacity);
  }
  if (out.bytes != NULL && status == BYLAW_OK) text = (*env)->NewStringUTF(env, out.bytes);
  else throw_error(env, error_bytes);
  free(out.bytes);
  return text;
}

JNIEXPORT jlong JNICALL Java_Bylaw_policyLoad(JNIEnv* env, jclass self, jstring path) {
  char error_bytes[16384];
  bylaw_text error = {error_bytes, sizeof error_bytes, 0};
  bylaw_policy* policy = NULL;
  const char* name = (*env)->GetStringUTFChars(env, path, NULL);
  (void)self;
  if (name == NULL) return 0;
  bylaw_status const status = bylaw_policy_load(&name, 1, &policy, &error);
  (*env)->ReleaseStringUTFChars(env, path, name);
  if (status != BYLAW_OK) throw_error(env, error_bytes);
  return (jlong)(intptr_t)policy;
}

JNIEXPORT jlong JNICALL Java_Bylaw_policyCompile(JNIEnv* env, jclass self, jstring name, jstring text) {
  char error_bytes[16384];
  bylaw_text error = {error_bytes, sizeof error_bytes, 0};
  bylaw_policy* policy = NULL;
  const char* file = (*env)->GetStringUTFChars(env, name, NULL);
  const char* source = file == NULL ? NULL : (*env)->GetStringUTFChars(env, text, NULL);
  (void)self;
  if (source != NULL) {
    if (bylaw_policy_compile(file, source, &policy, &error) != BYLAW_OK) throw_error(env, error_bytes);
    (*env)->ReleaseStringUTFChars(env, text, source);
  }
  if (file != NULL) (*env)->ReleaseStringUTFChars(env, name, file);
  return (jlong)(intptr_t)policy;
}

JNIEXPORT void JNICALL Java_Bylaw_policyFree(JNIEnv* env, jclass self, jlong policy) {
  (void)env;
  (void)self;
  bylaw_policy_free((bylaw_policy*)(intptr_t)policy);
}

struct question {
  const bylaw_policy* policy;
  bylaw_engine* engine;
  const char* text;
  int64_t now_ms;
};
static bylaw_status ask_decide(void* of, bylaw_text* out, bylaw_text* error) {
  const struct question* q = of;
  return bylaw_policy_decide(q->policy, q->text, q->now_ms, BYLAW_EXPLAIN_NO, out, error);
}
static bylaw_status ask_submit(void* of, bylaw_text* out, bylaw_text* error) {
  const struct question* q = of;
  return bylaw_engine_submit(q->engine, q->text, out, error);
}

static jstring answer_text(JNIEnv* env, answering ask, struct question question, jstring text) {
  question.text = (*env)->GetStringUTFChars(env, text, NULL);
  if (question.text == NULL) return NULL;
  jstring const found = answer(env, ask, &question);
  (*env)->ReleaseStringUTFChars(env, text, question.text);
  return found;
}

JNIEXPORT jstring JNICALL Java_Bylaw_policyDecide(JNIEnv* env, jclass self, jlong policy, jstring facts, jlong now_ms) {
  struct question const question = {(const bylaw_policy*)(intptr_t)policy, NULL, NULL, now_ms};
  (void)self;
  return answer_text(env, ask_decide, question, facts);
}

JNIEXPORT jstring JNICALL Java_Bylaw_engineSubmit(JNIEnv* env, jclass self, jlong engine, jstring command) {
  struct question const question = {NULL, (bylaw_engine*)(intptr_t)engine, NULL, 0};
  (void)self;
  return answer_text(env, ask_submit, question, command);
}

static int count_holds(void* counts, const bylaw_holds* holds) {
  size_t begin = 0;
  for (size_t i = 0; i < holds->rows; ++i) {
    ((jint*)counts)[holds->first + i] = (jint)(holds->ends[i] - begin);
    begin = holds->ends[i];
  }
  return 0;
}

JNIEXPORT jintArray JNICALL Java_Bylaw_decideColumns(JNIEnv* env, jclass self, jlong policy, jint rows, jobjectArray paths, jintArray forms, jobjectArray values,
                                                     jlong now_ms) {
  enum { fields_max = 64 };
  bylaw_column fields[fields_max] = {{0}};
  char error_bytes[16384] = "{\"rendered\":\"at most 64 columns\"}";
  bylaw_text error = {error_bytes, sizeof error_bytes, 0};
  jsize const count = (*env)->GetArrayLength(env, paths);
  jint form[fields_max];
  (void)self;
  if (count > fields_max) return throw_error(env, error_bytes), NULL;
  (*env)->GetIntArrayRegion(env, forms, 0, count, form);
  if ((*env)->EnsureLocalCapacity(env, 2 * count + 4) != 0) return NULL;
  for (jsize i = 0; i < count; ++i) {
    jobject const buffer = (*env)->GetObjectArrayElement(env, values, i);
    int const width = form[i] <= BYLAW_I8 ? 1 : form[i] <= BYLAW_I16 ? 2 : form[i] <= BYLAW_I32 ? 4 : 8;
    fields[i].size = sizeof(bylaw_column);
    fields[i].path = (*env)->GetStringUTFChars(env, (*env)->GetObjectArrayElement(env, paths, i), NULL);
    fields[i].values = (*env)->GetDirectBufferAddress(env, buffer);
    fields[i].count = (size_t)((*env)->GetDirectBufferCapacity(env, buffer) / width);
    fields[i].form = form[i];
  }
  jint* counts = calloc((size_t)rows + 1, sizeof(jint));
  bylaw_columns const orders = {sizeof(bylaw_columns), (size_t)rows, fields, (size_t)count, NULL, 0, now_ms, NULL};
  bylaw_status const status =
      counts == NULL ? BYLAW_OUT_OF_MEMORY : bylaw_policy_decide_columns((const bylaw_policy*)(intptr_t)policy, &orders, count_holds, counts, &error);
  for (jsize i = 0; i < count; ++i) (*env)->ReleaseStringUTFChars(env, (*env)->GetObjectArrayElement(env, paths, i), fields[i].path);
  jintArray found = NULL;
  if (status != BYLAW_OK) throw_error(env, error_bytes);
  else if ((found = (*env)->NewIntArray(env, rows)) != NULL) (*env)->SetIntArrayRegion(env, found, 0, rows, counts);
  free(counts);
  return found;
}

JNIEXPORT jlong JNICALL Java_Bylaw_engineOpen(JNIEnv* env, jclass self, jstring store, jlong policy) {
  char error_bytes[16384];
  bylaw_text error = {error_bytes, sizeof error_bytes, 0};
  bylaw_engine* engine = NULL;
  const char* path = (*env)->GetStringUTFChars(env, store, NULL);
  (void)self;
  if (path == NULL) return 0;
  bylaw_status const status = bylaw_engine_open(path, (const bylaw_policy*)(intptr_t)policy, NULL, &engine, &error);
  (*env)->ReleaseStringUTFChars(env, store, path);
  if (status != BYLAW_OK) throw_error(env, error_bytes);
  return (jlong)(intptr_t)engine;
}

JNIEXPORT void JNICALL Java_Bylaw_engineClose(JNIEnv* env, jclass self, jlong engine) {
  char error_bytes[16384];
  bylaw_text error = {error_bytes, sizeof error_bytes, 0};
  (void)self;
  if (bylaw_engine_close((bylaw_engine*)(intptr_t)engine, &error) != BYLAW_OK) throw_error(env, error_bytes);
}
