#include "engine/commit_queue.hpp"

#include <thread>

namespace bylaw::inline v0::engine {

void CommitQueue::run(Ticket& ticket, Write write, void* context) {
  std::unique_lock lock(mutex_);
  waiting_.push_back(&ticket);
  if (writing_) {
    ticket.turn.wait(lock, [&] { return ticket.done || ticket.leads; });
    if (ticket.done) return;
  }
  writing_ = true;
  // Those who were served last time are on their way back: a moment's patience, and one sync serves them again.
  constexpr int patience = 32;
  for (int i = 0; i < patience && waiting_.size() < last_size_; ++i) {
    lock.unlock();
    std::this_thread::yield();
    lock.lock();
  }
  std::vector<Ticket*> group;
  group.swap(waiting_);
  last_size_ = group.size();
  lock.unlock();
  write(context, group);
  lock.lock();
  // Under the lock: a ticket is gone as soon as its thread sees that it is done.
  for (auto* other : group) {
    other->done = true;
    if (other != &ticket) other->turn.notify_one();
  }
  if (waiting_.empty()) {
    writing_ = false;
  } else {
    waiting_.front()->leads = true;
    waiting_.front()->turn.notify_one();
  }
}

}  // namespace bylaw::inline v0::engine
