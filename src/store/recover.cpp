// The way back: snapshots bound opening, the journal decides.
#include "store/recover.hpp"
#include "store/store_impl.hpp"

namespace bylaw::inline v0::store {

using ledger::AccountIndex;
using ledger::AccountKey;
using ledger::Balance;
using ledger::Entry;
using ledger::Ledger;
using ledger::Pending;
using ledger::Sequence;

namespace {

/// A plain byte string of lengths and little-endian numbers; the format version guards its shape.
class Packer {
 public:
  void add(std::int64_t value) {
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff));
  }
  void add(std::string_view text) {
    add(static_cast<std::int64_t>(text.size()));
    bytes.append(text);
  }
  std::string bytes;
};

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
  std::int64_t number() {
    if (bytes_.size() - at_ < 8) return ok = false, 0;
    std::uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<unsigned char>(bytes_[at_ + static_cast<std::size_t>(i)]);
    at_ += 8;
    return static_cast<std::int64_t>(value);
  }
  std::string text() {
    auto const size = number();
    if (size < 0 || static_cast<std::uint64_t>(size) > bytes_.size() - at_) return ok = false, std::string{};
    auto const text = std::string(bytes_.substr(at_, static_cast<std::size_t>(size)));
    at_ += static_cast<std::size_t>(size);
    return text;
  }
  bool ok = true;

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

std::string pack(Ledger const& ledger) {
  Packer out;
  out.add(static_cast<std::int64_t>(ledger.account_count()));
  for (std::uint32_t i = 0; i < ledger.account_count(); ++i) {
    auto const& key = ledger.key(AccountIndex(i));
    auto const& balance = ledger.balance(AccountIndex(i));
    out.add(static_cast<std::int64_t>(key.kind));
    for (auto const* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) out.add(*part);
    for (auto const figure : {balance.posted, balance.pending_out, balance.pending_in, balance.floor}) out.add(figure);
  }
  out.add(static_cast<std::int64_t>(ledger.pending_count()));
  ledger.each_pending(
      [](void* context, Pending const& p) {
        auto& packer = *static_cast<Packer*>(context);
        for (auto const figure : {p.sequence.value, std::int64_t{p.debit.value}, std::int64_t{p.credit.value}, p.amount}) packer.add(figure);
        packer.add(p.reference);
      },
      &out);
  return std::move(out.bytes);
}

bool unpack(std::string_view bytes, std::int64_t last, Ledger& ledger) {
  Unpacker in(bytes);
  auto const accounts = in.number();
  for (std::int64_t i = 0; i < accounts && in.ok; ++i) {
    AccountKey key;
    key.kind = static_cast<ledger::AccountKind>(in.number());
    for (auto* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) *part = in.text();
    Balance balance;
    for (auto* figure : {&balance.posted, &balance.pending_out, &balance.pending_in, &balance.floor}) *figure = in.number();
    ledger.restore(key, balance);
  }
  auto const pendings = in.number();
  for (std::int64_t i = 0; i < pendings && in.ok; ++i) {
    Pending pending;
    pending.sequence = Sequence(in.number());
    pending.debit = AccountIndex(static_cast<std::uint32_t>(in.number()));
    pending.credit = AccountIndex(static_cast<std::uint32_t>(in.number()));
    pending.amount = in.number();
    pending.reference = in.text();
    ledger.restore(pending);
  }
  ledger.restore(Sequence(last));
  return in.ok;
}

}  // namespace

Result<void> replay_journal(sqlite3* db, std::string const& path, std::int64_t after, Ledger& ledger) {
  Statement accounts(db, "SELECT kind, unit, place, status, detail, owner, pool, floor FROM account WHERE seq > ? ORDER BY seq");
  accounts.reset().bind(static_cast<std::int64_t>(ledger.account_count()));
  while (accounts.step()) {
    AccountKey key;
    key.kind = static_cast<ledger::AccountKind>(accounts.number());
    for (auto* part : {&key.unit, &key.place, &key.status, &key.detail, &key.owner, &key.pool}) *part = accounts.text();
    (void)ledger.open(key, accounts.number());
  }
  ledger.commit();
  if (accounts.failed()) return Unexpected{describe(accounts.code(), db, path)};
  Statement rows(db, "SELECT seq, kind, debit, credit, amount, pending, code, reference, effective FROM transfer WHERE seq > ? ORDER BY seq");
  rows.reset().bind(after);
  while (rows.step()) {
    Entry entry;
    entry.sequence = Sequence(rows.number());
    auto& t = entry.transfer;
    t.kind = static_cast<ledger::TransferKind>(rows.number());
    t.debit = AccountIndex(static_cast<std::uint32_t>(rows.number()));
    t.credit = AccountIndex(static_cast<std::uint32_t>(rows.number()));
    t.amount = rows.number();
    t.pending = Sequence(rows.number());
    t.code = rows.number();
    t.reference = rows.text();
    t.effective = Timestamp(rows.number());
    if (auto const done = ledger.replay(entry); !done) {
      return failure("store_corrupt", "the journal does not add up at transfer " + std::to_string(entry.sequence.value) + ": " + done.error().message, path,
                     "run `bylaw verify` and restore a backup");
    }
  }
  if (rows.failed()) return Unexpected{describe(rows.code(), db, path)};
  return {};
}

Result<void> Store::load_ledger(Ledger& ledger) {
  Statement snapshots(impl_->db.get(),
                      "SELECT s.format, s.transfer_seq, s.chain, s.checksum, s.body, c.chain FROM snapshot s "
                      "JOIN commit_log c ON c.seq = s.commit_seq ORDER BY s.seq DESC");
  std::int64_t after = 0;
  while (snapshots.step()) {
    auto const format = snapshots.number();
    auto const transfer_seq = snapshots.number();
    auto const chain = snapshots.text();
    auto const checksum = snapshots.text();
    auto const body = snapshots.text();
    auto const journal_chain = snapshots.text();
    // A snapshot of another format, another history or with a flipped byte is passed over: the journal decides.
    if (format != snapshot_format || chain != journal_chain || sha256(body) != checksum) continue;
    Ledger restored;
    if (!unpack(body, transfer_seq, restored)) continue;
    ledger = std::move(restored);
    after = transfer_seq;
    break;
  }
  if (snapshots.failed()) return impl_->fail();
  return replay_journal(impl_->db.get(), impl_->path, after, ledger);
}

Result<void> Store::save_snapshot(Ledger const& ledger) {
  if (impl_->commit_seq == 0) return {};
  auto const body = pack(ledger);
  auto const checksum = sha256(body);
  auto* db = impl_->db.get();
  Statement insert(db, "INSERT INTO snapshot(format, commit_seq, transfer_seq, chain, checksum, body) VALUES(?,?,?,?,?,?)");
  bool const done = execute(db, "BEGIN IMMEDIATE") &&
                    insert.reset()
                        .bind(std::int64_t{snapshot_format})
                        .bind(impl_->commit_seq)
                        .bind(ledger.last_sequence().value)
                        .bind_blob(impl_->chain)
                        .bind_blob(checksum)
                        .bind_blob(body)
                        .run() &&
                    execute(db, "DELETE FROM snapshot WHERE seq <= (SELECT max(seq) - 2 FROM snapshot)") && execute(db, "COMMIT");
  if (done) return {};
  auto error = impl_->fail();
  execute(db, "ROLLBACK");
  return error;
}

}  // namespace bylaw::inline v0::store
