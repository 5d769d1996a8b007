// A host that posts every message of its outbox to an HTTP endpoint, as CloudEvents. Ended at any moment and started again, it goes on:
// what was not acknowledged comes again, so the endpoint sees every message at least once, those of one order in their order.
//
//   outbox_http STORE URL [SECONDS]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include <curl/curl.h>

#include <bylaw/bylaw.hpp>
#include <bylaw/engine/messages.hpp>

using namespace bylaw;

namespace {

std::size_t drop(char*, std::size_t size, std::size_t count, void*) { return size * count; }

/// Posts one event; the answer is the HTTP status, 0 when there was none.
class Poster {
 public:
  explicit Poster(std::string url) : url_(std::move(url)), curl_(curl_easy_init()) {
    headers_ = curl_slist_append(headers_, "Content-Type: application/cloudevents+json");
  }
  ~Poster() {
    curl_slist_free_all(headers_);
    curl_easy_cleanup(curl_);
  }
  Poster(Poster const&) = delete;
  Poster& operator=(Poster const&) = delete;

  long post(std::string const& body) {
    curl_easy_reset(curl_);
    curl_easy_setopt(curl_, CURLOPT_URL, url_.c_str());
    curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, drop);
    // Shorter than the lease, so that nobody else delivers what is still on its way.
    curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, 5'000L);
    long status = 0;
    if (curl_easy_perform(curl_) == CURLE_OK) curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

 private:
  std::string url_;
  CURL* curl_;
  curl_slist* headers_ = nullptr;
};

int fail(Error const& error) { return std::fprintf(stderr, "%s\n", to_string(error).c_str()), 1; }

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::puts("usage: outbox_http STORE URL [SECONDS]"), 2;
  auto const zones = config::load_zones();
  if (!zones) return fail(zones.error());
  // The store knows its policy; this host only delivers.
  engine::Options options;
  options.store_path = argv[1];
  options.create = false;
  options.zones = *zones;
  auto engine = engine::Engine::open(std::move(options));
  if (!engine) return fail(engine.error());

  engine::DeliveryTerms terms;
  terms.consumer = "http";
  terms.lease_ms = 30'000;
  terms.backoff_ms_first = 200;
  terms.backoff_ms_max = 60'000;
  terms.attempts_max = 20;
  terms.seed = 1;

  curl_global_init(CURL_GLOBAL_DEFAULT);
  Poster poster(argv[2]);
  auto const seconds = argc > 3 ? std::atoi(argv[3]) : INT32_MAX;
  auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  long long delivered = 0;
  while (std::chrono::steady_clock::now() < end) {
    auto const messages = engine->lease(terms, 50);
    if (!messages) return fail(messages.error());
    for (auto const& message : *messages) {
      auto const status = poster.post(engine::cloud_event(message, "bylaw:example"));
      if (status >= 200 && status < 300) {
        if (auto const done = engine->ack(terms.consumer, {message}); !done) return fail(done.error());
        ++delivered;
      } else {
        auto const why = status == 0 ? std::string("no answer") : "HTTP " + std::to_string(status);
        if (auto const settled = engine->nack(terms, message, why); !settled) return fail(settled.error());
      }
    }
    if (messages->empty()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  std::printf("delivered %lld\n", delivered);
  if (auto const closed = engine->close(); !closed) return fail(closed.error());
  return 0;
}
