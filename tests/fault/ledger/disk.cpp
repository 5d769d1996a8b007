#include "disk.hpp"

#include <algorithm>
#include <cstring>

#include <sqlite3.h>

namespace {

constexpr std::size_t sector = 512;

struct Handle {
  sqlite3_file base;
  std::shared_ptr<Disk::File>* file;
};

std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15u;
  auto z = state;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  return z ^ z >> 29;
}

}  // namespace

void Disk::File::touch(std::size_t from, std::size_t size) {
  auto const last = (from + size + sector - 1) / sector;
  if (dirty.size() < last) dirty.resize(last);
  for (auto i = from / sector; i < last; ++i) dirty[i] = true;
}

/// Makes what was written durable; with `every` above 1 only one sector in so many.
void Disk::File::sync(std::size_t every) {
  if (every == 1 || durable.size() < bytes.size()) durable.resize(bytes.size());
  for (std::size_t i = 0; i < dirty.size(); ++i) {
    auto const from = i * sector;
    if (!dirty[i] || i % every != 0 || from >= bytes.size()) continue;
    std::memcpy(&durable[from], &bytes[from], std::min(sector, bytes.size() - from));
  }
  if (every == 1) dirty.assign(dirty.size(), false);
}

struct DiskMethods {
  static Disk& disk() { return Disk::instance(); }
  static Disk::File& file(sqlite3_file* f) { return **reinterpret_cast<Handle*>(f)->file; }

  static int close(sqlite3_file* f) {
    delete reinterpret_cast<Handle*>(f)->file;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
    auto const& bytes = file(f).bytes;
    auto const from = static_cast<std::size_t>(at);
    auto const wanted = static_cast<std::size_t>(size);
    auto const there = from < bytes.size() ? std::min(wanted, bytes.size() - from) : 0;
    if (there > 0) std::memcpy(to, &bytes[from], there);
    if (there == wanted) return SQLITE_OK;
    std::memset(static_cast<char*>(to) + there, 0, wanted - there);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* f, void const* bytes, int size, sqlite3_int64 at) {
    auto const failure = disk().next_operation();
    if (failure == Disk::Failure::power || failure == Disk::Failure::io_error || failure == Disk::Failure::torn_sync) return SQLITE_IOERR_WRITE;
    auto const written = static_cast<std::size_t>(failure == Disk::Failure::short_write ? size / 2 : size);
    auto& to = file(f);
    auto const from = static_cast<std::size_t>(at);
    if (failure == Disk::Failure::full && to.bytes.size() < from + written) return SQLITE_FULL;
    if (to.bytes.size() < from + written) to.bytes.resize(from + written);
    std::memcpy(&to.bytes[from], bytes, written);
    to.touch(from, written);
    return failure == Disk::Failure::short_write ? SQLITE_IOERR_WRITE : SQLITE_OK;
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    auto const failure = disk().next_operation();
    if (failure != Disk::Failure::none && failure != Disk::Failure::full) return SQLITE_IOERR_TRUNCATE;
    file(f).bytes.resize(static_cast<std::size_t>(size));
    return SQLITE_OK;
  }
  static int sync(sqlite3_file* f, int) {
    auto const failure = disk().next_operation();
    if (failure == Disk::Failure::torn_sync) file(f).sync(2);
    if (failure != Disk::Failure::none && failure != Disk::Failure::full) return SQLITE_IOERR_FSYNC;
    file(f).sync(1);
    return SQLITE_OK;
  }
  static int size(sqlite3_file* f, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(file(f).bytes.size());
    return SQLITE_OK;
  }
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return sector; }
  static int characteristics(sqlite3_file*) { return 0; }
  static int shared_map(sqlite3_file* f, int region, int size, int extend, void volatile** out) {
    auto& shared = file(f).shared;
    *out = nullptr;
    if (shared.size() <= static_cast<std::size_t>(region)) {
      if (extend == 0) return SQLITE_OK;
      while (shared.size() <= static_cast<std::size_t>(region)) shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(size)));
    }
    *out = shared[static_cast<std::size_t>(region)].get();
    return SQLITE_OK;
  }
  static int shared_lock(sqlite3_file*, int, int, int) { return SQLITE_OK; }  // one connection at a time
  static void shared_barrier(sqlite3_file*) {}
  static int shared_unmap(sqlite3_file* f, int) {
    file(f).shared.clear();
    return SQLITE_OK;
  }

  static int open(sqlite3_vfs*, char const* name, sqlite3_file* f, int flags, int* out) {
    static sqlite3_io_methods const methods = {2,        close,   read,        write,           truncate,   sync,        size,           lock,         lock,
                                               reserved, control, sector_size, characteristics, shared_map, shared_lock, shared_barrier, shared_unmap, nullptr,
                                               nullptr};
    auto& entry = disk().files_[name == nullptr ? "temporary" : name];
    if (!entry) entry = std::make_shared<Disk::File>();
    auto* handle = reinterpret_cast<Handle*>(f);
    handle->base.pMethods = &methods;
    handle->file = new std::shared_ptr<Disk::File>(entry);
    if (out != nullptr) *out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs*, char const* name, int) {
    auto const failure = disk().next_operation();
    if (failure != Disk::Failure::none && failure != Disk::Failure::full) return SQLITE_IOERR_DELETE;
    return disk().files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
  }
  static int access(sqlite3_vfs*, char const* name, int, int* out) {
    *out = disk().files_.count(name) > 0 ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_name(sqlite3_vfs*, char const* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs*, int size, char* out) {
    static std::uint64_t state = 7;
    for (int i = 0; i < size; ++i) out[i] = static_cast<char>(next_random(state));
    return size;
  }
  static int sleep(sqlite3_vfs*, int) { return 0; }
  static int time(sqlite3_vfs*, double* out) {
    *out = 2460000.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

Disk::Disk() {
  static sqlite3_vfs vfs{};
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Handle);
  vfs.mxPathname = 512;
  vfs.zName = "bylaw-test-disk";
  vfs.xOpen = DiskMethods::open;
  vfs.xDelete = DiskMethods::remove;
  vfs.xAccess = DiskMethods::access;
  vfs.xFullPathname = DiskMethods::full_name;
  vfs.xRandomness = DiskMethods::randomness;
  vfs.xSleep = DiskMethods::sleep;
  vfs.xCurrentTime = DiskMethods::time;
  vfs.xGetLastError = DiskMethods::last_error;
  sqlite3_vfs_register(&vfs, 1);
}

Disk& Disk::instance() {
  static Disk disk;
  return disk;
}

void Disk::clear() {
  files_.clear();
  mend();
  dead_ = false;
  power_was_cut_ = false;
  operations_ = 0;
}

void Disk::fail_at(std::int64_t operation, Failure failure) {
  operations_ = 0;
  fail_at_ = operation;
  failure_ = failure;
}

void Disk::mend() {
  fail_at_ = 0;
  failure_ = Failure::none;
  full_ = false;
}

Disk::Failure Disk::next_operation() {
  if (dead_) return Failure::power;
  if (++operations_ == fail_at_) {
    if (failure_ == Failure::power) dead_ = power_was_cut_ = true;
    if (failure_ == Failure::full) full_ = true;
    return failure_;
  }
  return full_ ? Failure::full : Failure::none;
}

void Disk::restart(bool power_was_cut, std::uint64_t seed) {
  for (auto& [name, file] : files_) {
    auto fresh = std::make_shared<File>();
    fresh->bytes = power_was_cut ? file->durable : file->bytes;
    for (std::size_t i = 0; power_was_cut && i < file->dirty.size(); ++i) {
      auto const from = i * sector;
      if (!file->dirty[i] || from >= file->bytes.size() || (next_random(seed) & 1) != 0) continue;
      auto const size = std::min(sector, file->bytes.size() - from);
      if (fresh->bytes.size() < from + size) fresh->bytes.resize(from + size);
      std::memcpy(&fresh->bytes[from], &file->bytes[from], size);
    }
    // A killed process leaves its unsynced writes with the file system, where a later power cut may still find them.
    fresh->durable = power_was_cut ? fresh->bytes : file->durable;
    fresh->dirty = power_was_cut ? std::vector<bool>{} : file->dirty;
    file = fresh;
  }
  mend();
  dead_ = false;
  power_was_cut_ = false;
  operations_ = 0;
}

std::string Disk::read(std::string const& name) const {
  auto const found = files_.find(name);
  return found == files_.end() ? std::string{} : found->second->bytes;
}

void Disk::write(std::string const& name, std::string const& bytes) {
  auto file = std::make_shared<File>();
  file->bytes = file->durable = bytes;
  files_[name] = file;
}
