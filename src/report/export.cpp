// The money journal as text for other programs.
#include <bylaw/report/export.hpp>

#include <algorithm>
#include <cctype>
#include <map>

#include <bylaw/values/money.hpp>

namespace bylaw::inline v0::report {

namespace {

struct Posting {
  std::string account;
  std::string company;
  std::string currency;
  std::int64_t amount = 0;  ///< minor units, debits positive
};
struct Transaction {
  std::string date;
  std::string reference;
  std::string command;
  std::vector<Posting> postings;
};

std::int64_t whole(std::string const& text) { return Decimal::parse(text).value_or(Decimal{}).coefficient(); }

std::string amount_of(Posting const& posting) {
  auto const currency = Currency::find(posting.currency);
  auto const text = to_string(Money(posting.amount, currency));
  return text;  // `12.50 USD`
}

/// `assets:goods_received` becomes `Assets:Goods-Received`: what beancount takes as a name.
std::string capitals(std::string const& account) {
  std::string out;
  bool start = true;
  for (char const c : account) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == ':') {
      out += c;
      start = true;
    } else if (std::isalnum(byte) != 0 && byte < 128) {
      out += start ? static_cast<char>(std::toupper(byte)) : c;
      start = false;
    } else {
      out += '-';
      start = true;
    }
  }
  return out;
}

/// One line, without what would end it or begin something else.
std::string plain(std::string text) {
  for (auto& c : text) {
    if (static_cast<unsigned char>(c) < 32 || c == '"' || c == ';' || c == '|') c = ' ';
  }
  return text;
}

std::string quoted(std::string const& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (char const c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class Exporter {
 public:
  Exporter(store::Reader& reader, ExportFormat format, Sink const& sink) : reader_(reader), format_(format), sink_(sink) {}

  Result<void> run() {
    auto const companies = reader_.query("SELECT DISTINCT place FROM account WHERE kind=1");
    if (!companies) return Unexpected{companies.error()};
    several_ = companies->rows.size() > 1;
    if (format_ == ExportFormat::csv && !write("date,command,reference,company,account,currency,amount\n")) return failed();
    std::string last = "0";
    for (;;) {
      constexpr char const* page =
          "SELECT t.seq, t.command_seq, date(t.effective / 1000, 'unixepoch'), t.reference, coalesce(c.id, ''), d.status, d.place, d.unit, e.status, e.place, "
          "t.amount FROM transfer t JOIN account d ON d.seq = t.debit + 1 JOIN account e ON e.seq = t.credit + 1 LEFT JOIN command c ON c.seq = t.command_seq "
          "WHERE t.seq > CAST(?1 AS INTEGER) AND t.kind IN (0, 2, 5) AND d.kind = 1 ORDER BY t.seq LIMIT 20000";
      auto const rows = reader_.query(page, {last});
      if (!rows) return Unexpected{rows.error()};
      for (auto const& row : rows->rows) {
        if (auto const taken = take(row); !taken) return taken;
      }
      if (rows->rows.size() < 20000) break;
      last = rows->rows.back()[0];
    }
    return flush();
  }

 private:
  bool write(std::string const& text) { return sink_.write(sink_.context, text); }
  static Unexpected<Error> failed() { return failure("write_failed", "the export could not be written", {}, "check that there is room"); }

  /// Entries of one command of one day are one transaction; a host's groups carry no command.
  Result<void> take(std::vector<std::string> const& row) {
    auto const key = row[1] == "0" ? "t" + row[0] : row[1] + " " + row[2];
    if (key != key_) {
      if (auto const done = flush(); !done) return done;
      key_ = key;
      open_ = {row[2], row[3], row[4].empty() ? "transfer " + row[0] : row[4], {}};
    }
    auto const amount = whole(row[10]);
    add({row[5], row[6], row[7], amount});
    add({row[8], row[9], row[7], -amount});
    return {};
  }

  void add(Posting posting) {
    for (auto& known : open_.postings) {
      if (known.account != posting.account || known.company != posting.company || known.currency != posting.currency) continue;
      known.amount += posting.amount;
      return;
    }
    open_.postings.push_back(std::move(posting));
  }

  std::string name(Posting const& posting) const {
    if (format_ != ExportFormat::beancount) return several_ ? posting.company + ":" + posting.account : posting.account;
    // The root has to be one of five words, so that the company comes second.
    auto const colon = posting.account.find(':');
    auto const account = !several_                    ? posting.account
                         : colon == std::string::npos ? posting.account + ":" + posting.company
                                                      : posting.account.substr(0, colon + 1) + posting.company + posting.account.substr(colon);
    auto const out = capitals(account);
    for (auto const* root : {"Assets", "Liabilities", "Income", "Expenses", "Equity"}) {
      if (out == root || out.compare(0, std::string_view(root).size() + 1, std::string(root) + ":") == 0) return out;
    }
    return "Equity:" + out;
  }

  Result<void> flush() {
    std::erase_if(open_.postings, [](Posting const& p) { return p.amount == 0; });
    auto const transaction = std::move(open_);
    open_ = {};
    if (transaction.postings.empty()) return {};
    std::string text;
    if (format_ == ExportFormat::csv) {
      for (auto const& p : transaction.postings) {
        auto const money = amount_of(p);
        text += transaction.date + "," + quoted(transaction.command) + "," + quoted(transaction.reference) + "," + quoted(p.company) + "," + quoted(p.account) +
                "," + p.currency + "," + money.substr(0, money.find(' ')) + "\n";
      }
    } else if (format_ == ExportFormat::ledger) {
      text = transaction.date + " * " + plain(transaction.reference.empty() ? transaction.command : transaction.reference) + "  ; " +
             plain(transaction.command) + "\n";
      for (auto const& p : transaction.postings) text += "    " + plain(name(p)) + "    " + amount_of(p) + "\n";
      text += "\n";
    } else {
      for (auto const& p : transaction.postings) {
        if (opened_.emplace(name(p), true).second) text += "1970-01-01 open " + name(p) + "\n";
      }
      text += transaction.date + " * \"" + plain(transaction.reference) + "\" \"" + plain(transaction.command) + "\"\n";
      for (auto const& p : transaction.postings) text += "  " + name(p) + "  " + amount_of(p) + "\n";
      text += "\n";
    }
    return write(text) ? Result<void>{} : Result<void>(failed());
  }

  store::Reader& reader_;
  ExportFormat format_;
  Sink const& sink_;
  bool several_ = false;
  std::string key_;
  Transaction open_;
  std::map<std::string, bool> opened_;
};

}  // namespace

bool parse(std::string_view text, ExportFormat& out) noexcept {
  if (text == "ledger") out = ExportFormat::ledger;
  else if (text == "beancount") out = ExportFormat::beancount;
  else if (text == "csv") out = ExportFormat::csv;
  else return false;
  return true;
}

Result<void> export_money(store::Reader& reader, ExportFormat format, Sink const& sink) { return Exporter(reader, format, sink).run(); }

}  // namespace bylaw::inline v0::report
