#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

/// A disk in memory that SQLite uses through a VFS of its own, and that fails when it is told to.
///
/// Every write, truncation, sync and deletion is an operation with a number. What was written and not synced is lost when
/// the power is cut, but for sectors of 512 bytes that happen to have reached the disk.
class Disk {
 public:
  enum class Failure {
    none,
    power,        ///< the operation does not happen, and nothing happens any more until `restart`
    io_error,     ///< the operation fails with EIO, once
    full,         ///< writes that make a file longer fail with ENOSPC from here on, until `mend`
    short_write,  ///< half of it is written, then EIO, once
    torn_sync     ///< a sync reports an error, though half of the sectors arrived
  };

  /// The one disk of this process, registered as SQLite's default VFS on first use.
  static Disk& instance();

  void clear();
  /// Fails at the `operation`-th operation from now on, counted from 1.
  void fail_at(std::int64_t operation, Failure failure);
  void mend();
  [[nodiscard]] std::int64_t operations() const { return operations_; }
  [[nodiscard]] bool dead() const { return dead_; }
  /// The process is gone; what it wrote is in the file system.
  void kill() { dead_ = true; }
  /// The machine starts again. After a power cut only what was synced is there, and some sectors that were not.
  void restart(bool power_was_cut, std::uint64_t seed);
  [[nodiscard]] bool power_was_cut() const { return power_was_cut_; }

  /// The bytes of a file as they are, to copy or to damage them.
  [[nodiscard]] std::string read(std::string const& name) const;
  void write(std::string const& name, std::string const& bytes);

  struct File {
    std::string bytes;    ///< as the process sees them
    std::string durable;  ///< as they would be after a power cut
    std::vector<bool> dirty;
    std::vector<std::unique_ptr<char[]>> shared;  ///< the regions of shared memory, which is gone with the process
    void touch(std::size_t from, std::size_t size);
    void sync(std::size_t every);
  };

 private:
  friend struct DiskMethods;
  Disk();
  /// What the next operation is to do.
  Failure next_operation();

  std::map<std::string, std::shared_ptr<File>> files_;
  std::int64_t operations_ = 0;
  std::int64_t fail_at_ = 0;
  Failure failure_ = Failure::none;
  bool full_ = false;
  bool dead_ = false;
  bool power_was_cut_ = false;
};
