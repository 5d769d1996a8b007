#pragma once
#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace bylaw::inline v0::engine {

/// Group commit: of all threads that wait, one at a time writes for everybody. No thread is started.
///
/// A thread that comes while another writes waits; when that one is done, the first of those that wait writes for
/// all of them. So the more wait, the more go into one commit.
class CommitQueue {
 public:
  /// What one caller wants written. Lives on the caller's stack until `run` returns.
  struct Ticket {
    bool done = false;
    bool leads = false;
    std::condition_variable turn;
  };
  /// Writes for all tickets of a group, and says in each what became of it. Runs on one thread at a time. May not throw.
  using Write = void (*)(void* context, std::vector<Ticket*> const& group);

  /// Returns when the ticket has been written. May throw std::bad_alloc before it has been queued.
  void run(Ticket& ticket, Write write, void* context);

 private:
  std::mutex mutex_;
  std::vector<Ticket*> waiting_;
  bool writing_ = false;
  std::size_t last_size_ = 0;  ///< of the group before
};

}  // namespace bylaw::inline v0::engine
