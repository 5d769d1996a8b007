// Every code with its English words. The place to look for what Bylaw can complain about.
#include <algorithm>

#include <bylaw/policy/diagnostic.hpp>

namespace bylaw::inline v0::policy {

namespace {

constexpr auto E = Severity::error;
constexpr auto W = Severity::warning;

// clang-format off
Wording const english[] = {
    // 01: the text of a file
    {"BY0101", E, "the file is larger than 4 MB", "split it into files joined by `use`", ""},
    {"BY0102", E, "one token is longer than 1 MB", "a text or a name this long is a mistake", ""},
    {"BY0103", E, "this is nested more than 200 deep", "name parts of it with `define`", ""},
    {"BY0104", E, "a control character is not allowed in a policy", "remove it; use \\n or \\t inside a text", ""},
    {"BY0105", E, "these bytes are not UTF-8", "save the file as UTF-8", ""},
    {"BY0106", E, "the file begins with a byte order mark", "save it as UTF-8 without BOM", ""},
    {"BY0107", E, "{what} does not end on its line", "close it with {mark}", ""},
    {"BY0108", E, "this escape means nothing", "use \\\" \\\\ \\n \\t or \\u{1F4E6}", ""},
    {"BY0109", E, "`{found}` means nothing here", "{help}", "remove it"},
    {"BY0110", E, "{problem}", "{help}", ""},
    {"BY0111", E, "this duration is too long", "write at most 100,000 days, 1,000 years or 1,000,000,000 of a shorter unit", ""},
    {"BY0112", E, "{problem}", "{help}", ""},
    {"BY0113", E, "a clock change skips or repeats this time in {zone}", "write a time one hour earlier or later", ""},
    // 02: the shape of declarations and clauses
    {"BY0201", E, "expected {expected}, found {found}", "{help}", ""},
    {"BY0202", E, "{found} does not begin a clause", "{help}", "see the clauses of this kind in docs/language.md"},
    {"BY0203", E, "{found} does not begin a declaration", "{help}", "declarations are hold, allocation, return, list, define ...; see docs/language.md"},
    {"BY0204", E, "`policy` stands once and first in a file", "move it to the top, or remove it", ""},
    {"BY0206", E, "there is no file `{file}`", "the name is looked up beside the file that uses it, then among the built-in files", ""},
    {"BY0207", E, "`{file}` uses this file again", "remove one `use` of the cycle", ""},
    {"BY0208", E, "there is no time zone `{zone}`", "did you mean `{near}`?", "use an IANA name such as \"Europe/London\""},
    {"BY0209", E, "a window without a delivery scan starts a number of days after `shipment`", "write `undelivered shipment plus 7 days;`", ""},
    {"BY0210", E, "this file is in {currency}, the files before it are in {other}", "load policies of two currencies as two sets", ""},
    {"BY0211", E, "a used file is named from the file that uses it", "write a relative name such as \"lists.bylaw\"", ""},
    {"BY0212", E, "`holidays` names a list of dates, and `{list}` is not one", "declare it: list {list} = [2026-12-25];", ""},
    {"BY0213", E, "business hours end before they begin", "write the earlier time first", ""},
    {"BY0214", E, "this block is not closed before the next declaration", "add `}` on the line above it", ""},
    {"BY0215", E, "a value is missing here", "`{next}` on the next line looks like the next clause; say what to compare with", ""},
    // 03: names and types
    {"BY0301", E, "{what} `{name}` is declared twice", "{help}", "remove or rename one of them"},
    {"BY0302", E, "there is no record `{record}` to extend", "did you mean `{near}`?", "write `record` to declare a new one"},
    {"BY0303", E, "there is no enum `{enum}` to extend", "did you mean `{near}`?", "write `enum` to declare a new one"},
    {"BY0304", E, "there is no type `{type}`", "did you mean `{near}`?", "types are bool, decimal, money, quantity, duration, days, date, time, timestamp, text, a record or an enum"},
    {"BY0305", E, "`{field}` is not a field of `{record}`", "did you mean `{near}`?", "add it with `extend record {record} { {field}: TYPE; }`"},
    {"BY0306", E, "there is no role `{role}`", "did you mean `{near}`?", "declare it with `role {role};`"},
    {"BY0307", E, "`{value}` is not a value of `{enum}`", "did you mean `{near}`?", "its values are {values}"},
    {"BY0308", E, "`{name}` is not known here", "did you mean `{near}`?", "name a fact, a list, a define or a value of an enum"},
    {"BY0309", E, "`{code}` is not in the list of {kind} reasons", "did you mean `{near}`?", "add it: reasons {kind} { {code} \"...\"; }"},
    {"BY0310", E, "this fact may be missing", "write `(... else VALUE)`, or test `... is known and` before it", ""},
    {"BY0311", E, "expected {expected}, found {found}", "{help}", ""},
    {"BY0312", E, "{left} does not compare with {right}", "{help}", ""},
    {"BY0313", E, "`is known` asks for a fact, not for a computed value", "name a field such as payment.risk_score", ""},
    {"BY0314", E, "{type} has no order", "use == or !=", ""},
    {"BY0315", E, "nothing here says what `{operator}` compares", "one side must be a fact", ""},
    {"BY0316", E, "`in` needs a list", "write [a, b] or the name of a list", ""},
    {"BY0317", E, "this pattern is not valid: {problem}", "use letters, classes [a-z], repeats and groups; no back-references and no look-around", ""},
    {"BY0318", E, "{left} {operator} {right} means nothing", "{help}", ""},
    {"BY0319", E, "this divides by zero", "divide by another number", ""},
    {"BY0320", W, "this fact is never missing, so `else` does nothing", "remove the `else`", ""},
    {"BY0321", E, "`{currency}` is not an ISO 4217 currency", "write a code such as USD, EUR or GBP", ""},
    {"BY0322", E, "this has more decimals than {currency} has", "write at most {decimals} decimals", ""},
    {"BY0323", E, "{what} has constants only", "{help}", "write a literal, or the name of a list or define of constants"},
    {"BY0324", E, "this list has entries of two types: {left} and {right}", "make two lists", ""},
    {"BY0325", E, "this file speaks of money but names no currency", "add `currency USD;` to its `policy`", ""},
    {"BY0326", E, "this is {found}, not a value", "{help}", "name one of its fields"},
    {"BY0327", E, "`{name}` takes {wanted}, found {found}", "{help}", ""},
    {"BY0328", E, "`{name}` is defined by itself", "a define may not be recursive", ""},
    {"BY0329", E, "quantifiers nest at most 3 deep", "name the inner one as a field of the host", ""},
    {"BY0330", E, "`{name}` already means an enclosing element", "rename this one with `as`", ""},
    {"BY0331", E, "there is no collection of `{record}` here", "did you mean `{near}`?", "a record needs a field `many {record}`"},
    {"BY0332", E, "there is no function `{name}`", "did you mean `{near}`?", "built in are date, time, weekday, day, month, year, business_day, business_days, length and lower; or declare a `function`, `define` or `table`"},
    {"BY0333", E, "a product of two facts stands in a condition", "make one side a constant, cut the figure into a `table`, or let the host give it as a field", ""},
    {"BY0334", E, "a division by a fact stands in a condition", "compare products with constants instead, or let the host give the figure as a field", ""},
    {"BY0335", E, "`{record}` does not say its time zone", "add `time_zone: optional text;` to the record `{record}`", ""},
    {"BY0336", E, "months have no fixed number of days, so this has no order", "compare dates instead, such as date(order.placed) + 6 months < today", ""},
    {"BY0337", E, "business hours are used but not declared", "add `business hours 09:00 to 17:00;` to the `policy`", ""},
    {"BY0338", E, "`{name}` is also a value of the enum `{enum}`", "rename the {what}; otherwise nobody can tell which one a rule means", ""},
    {"BY0339", E, "there is no unit `{unit}`", "did you mean `{near}`?", "declare it with `unit {unit} = 12 each;`"},
    {"BY0340", E, "the measure `{name}` counts `{record}`, which is not a record", "did you mean `{near}`?", "name a record of the schema"},
    {"BY0341", E, "the enum `{enum}` has the value `{value}` twice", "remove one of them", ""},
    {"BY0342", E, "`{role}` includes itself", "remove it from its own `includes`", ""},
    {"BY0343", E, "a record reaches itself through `{field}` without a collection", "make it `many {record}`, or leave the field out", ""},
    {"BY0344", E, "`matches`, `starts with` and `ends with` read a text, and this is {found}", "compare it with == or in", ""},
    // 04: rules that cannot work
    {"BY0401", E, "{kind} `{name}` is declared twice", "every rule has a name of its own", ""},
    {"BY0402", E, "`{clause}` stands twice in this rule", "join them into one clause", ""},
    {"BY0403", E, "this period ends before it begins", "write the earlier date first", ""},
    {"BY0404", E, "this list has more than 100,000 entries", "use a field of the host instead", ""},
    {"BY0405", E, "the policy unfolds to more than 200,000 nodes", "use fewer nested defines and tables", ""},
    {"BY0406", E, "there is no earlier rule `{rule}` to stand before", "`before` names a rule of the same kind that is declared above or in a used file", ""},
    {"BY0407", E, "`{found}` is no scope", "write `scope order` or `scope line`", ""},
    {"BY0408", E, "nothing can lift the hold `{rule}`", "add `release by ROLE;`, `release when CONDITION;` or `clears when CONDITION;`", ""},
    {"BY0409", E, "the {kind} `{rule}` gives no reason", "add `reason CODE \"text\";`", ""},
    {"BY0410", E, "{what} is counted in seconds, minutes or hours", "write hours instead of days", ""},
    {"BY0411", E, "this fact is never missing, so there is nothing to await", "declare it `optional` in the schema", ""},
    {"BY0412", E, "{what} is a whole number from {low} to {high}", "write {low} to {high}", ""},
    {"BY0413", E, "the {kind} `{rule}` lacks `{clause}`", "add `{example}`", ""},
    {"BY0415", E, "there is no hold `{rule}`", "did you mean `{near}`?", "declare the hold: it says reason, queue and who releases"},
    {"BY0416", E, "the last {kind} rule has a condition, so some orders match none", "add a last rule without `when` and `unless`, such as `{kind} otherwise_all { ... }`", ""},
    {"BY0417", E, "this {kind} rule can never be reached", "`{earlier}` above it matches everything this one does; move it up, or narrow that one", ""},
    {"BY0418", E, "the return `{rule}` has no window", "add `within 30 days of delivery;` or `within no limit;`", ""},
    {"BY0419", E, "the return `{rule}` leaves some requests without a verdict", "end with `approve otherwise;`, `review by ROLE otherwise;` or `deny reason CODE otherwise;`", ""},
    {"BY0420", E, "a window of no length lets nothing back", "write at least 1 day, or deny all returns", ""},
    {"BY0421", E, "a window starts at delivery, shipment or order, not at `{event}`", "write `of delivery`, `of shipment` or `of order`", ""},
    {"BY0422", E, "a fee is per return, line or unit, not per `{word}`", "write `per return`, `per line` or `per unit`", ""},
    {"BY0423", E, "a {kind} above 100 percent takes more than was paid", "write at most 100 percent", ""},
    {"BY0424", E, "the workflow `{rule}` does not say where it starts", "add `start STATE;`", ""},
    {"BY0425", E, "there is no state `{state}` in the workflow `{rule}`", "did you mean `{near}`?", "add `state {state} { ... }`"},
    {"BY0427", E, "{problem}", "{help}", ""},
    {"BY0428", E, "there is no workflow `{rule}`", "add the shipped one: use \"{rule}.bylaw\";", ""},
    {"BY0430", E, "the policy has more than 20,000 rules", "merge rules that differ in a value by a list or a table", ""},
    {"BY0431", E, "a stop is for a {kinds}, not for a `{word}`", "write one of those words", ""},
    {"BY0432", E, "this {what} ends before it begins", "write the earlier time first", ""},
    {"BY0433", E, "the validation `{rule}` says neither reject, hold nor repair", "add `reject;`, `hold RULE;` or `repair FIELD to VALUE;`", ""},
    {"BY0434", E, "`{path}` cannot be repaired", "name a field of the order with a single value, such as ship_to.country", ""},
    {"BY0437", E, "an approval is per order, customer or requester, not per `{word}`", "write `per order`, `per customer` or `per requester`", ""},
    {"BY0439", E, "`{event}` is no event that can be posted", "did you mean `{near}`?", "events are those of the records shipment, invoice, payment, refund, return, receipt, adjustment and transfer, such as shipment.shipped"},
    {"BY0440", E, "the posting `{rule}` does not balance{situation}: debit less credit is {difference}", "add the missing leg, or correct an amount", ""},
    {"BY0441", E, "the posting `{rule}` can differ by a rounded cent", "add `rounding to ACCOUNT;`", ""},
    {"BY0442", E, "the posting `{rule}` has more than 10 different guards", "split it into two postings", ""},
    {"BY0443", E, "the table `{table}` leaves a gap: {gap}", "add a row for it, or `otherwise gives VALUE;`", ""},
    {"BY0444", E, "two rows of the table `{table}` both hold for {overlap}", "make them exclusive, or write `hit first;`", ""},
    {"BY0445", E, "this row has {found} cells, the table `{table}` has {wanted} columns", "write one cell per parameter; `any` where a column does not matter", ""},
    {"BY0446", E, "`hit {hit}` needs values that can be added up or compared", "give decimals, money or quantities", ""},
    {"BY0447", E, "this row can never be reached: the rows above it cover it", "move it up, or remove it", ""},
    {"BY0448", E, "this condition is never true: {why}", "correct one of the two comparisons", ""},
    {"BY0449", E, "a range ends before it begins", "write the smaller value first", ""},
    {"BY0450", E, "`{path}` is set by another rule too, and both always apply", "join the two repairs", ""},
    {"BY0451", E, "the workflow `{rule}` extends `{name}`, which is not declared", "{help}", "declare it, or remove `extends`"},
    {"BY0455", E, "the limits of this {kind} exclude each other", "make `at least` no more than `at most`", ""},
    {"BY0456", E, "`{word}` is not a {what}", "did you mean `{near}`?", "its values are {values}"},
    {"BY0457", E, "the table is too large to check for gaps", "add `otherwise gives VALUE;`, or cut it in two", ""},
    {"BY0458", E, "the clause can never apply: {why}", "correct its guard, or remove it", ""},
    {"BY0459", E, "states that another workflow's state `{state}` extends must keep its kind", "leave out `final`, or repeat it", ""},
    {"BY0460", E, "in the state `{state}` two transitions of {event} are open when {example}", "make their guards exclude each other, or leave one without a guard: it is what remains", ""},
    {"BY0461", E, "the workflow `{rule}` names the action `{action}`, which nobody does", "use {list}", ""},
    {"BY0462", E, "a brake has a limit that is the same for every order", "write a whole number such as `at most 50 per 1 hour;`, or an amount", ""},
    // 05: what works but is probably not meant
    {"BY0501", W, "{what} `{name}` is never used", "remove it", ""},
    {"BY0503", W, "this hold says the same as `{other}`", "remove one of them", ""},
    {"BY0504", W, "`{other}` already holds every order that this rule holds, with the same consequence", "remove this rule, or give it a consequence of its own", ""},
    {"BY0505", W, "this is always true: {why}", "remove the comparison", ""},
    {"BY0506", W, "`is known` is always true here: the fact is never missing", "remove the test", ""},
    {"BY0507", W, "the list names `{value}` twice", "remove one of them", ""},
    {"BY0508", W, "an empty list matches nothing", "name its values, or remove the comparison", ""},
    {"BY0509", W, "`not ... !=` says no twice", "write ==", ""},
    {"BY0510", W, "this rule is out of force: its period ended on {date}", "remove it, or change `effective`", ""},
    {"BY0511", W, "every window of this rule has a guard: what fits none of them is denied", "add a window without a guard at the end", ""},
    {"BY0512", W, "`return.net` is the price of all units, and `per unit` charges a share of it for each of them", "leave out `per unit`", ""},
};
// clang-format on

std::string const* argument(Diagnostic const& diagnostic, std::string_view name) {
  for (auto const& argument : diagnostic.arguments) {
    if (argument.name == name) return &argument.value;
  }
  return nullptr;
}

/// Fills `{name}`; false when an argument is missing or empty. Text in braces that is no argument's name stays.
bool fill(Diagnostic const& diagnostic, std::string_view pattern, std::string& out) {
  out.clear();
  bool complete = true;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    auto const end = pattern[i] == '{' ? pattern.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", i + 1) : std::string_view::npos;
    if (end == std::string_view::npos || pattern[end] != '}' || end == i + 1) {
      out += pattern[i];
      continue;
    }
    auto const* value = argument(diagnostic, pattern.substr(i + 1, end - i - 1));
    if (value == nullptr || value->empty()) complete = false;
    if (value != nullptr) out += *value;
    i = end;
  }
  return complete;
}

}  // namespace

std::vector<Wording> const& english_wordings() {
  static std::vector<Wording> const table(std::begin(english), std::end(english));
  return table;
}

void translate(Diagnostic& diagnostic, std::vector<Wording> const& wordings) {
  auto const found = std::find_if(wordings.begin(), wordings.end(), [&](Wording const& w) { return diagnostic.code == w.code; });
  if (found == wordings.end()) return;
  (void)fill(diagnostic, found->message, diagnostic.message);
  if (!fill(diagnostic, found->help, diagnostic.help)) (void)fill(diagnostic, found->other_help, diagnostic.help);
}

Diagnostic finding(char const* code, Span span, std::vector<Argument> arguments, std::string label) {
  Diagnostic out;
  out.code = code;
  out.arguments = std::move(arguments);
  out.labels.push_back({span, std::move(label)});
  translate(out, english_wordings());
  for (auto const& wording : english) {
    if (out.code == wording.code) out.severity = wording.severity;
  }
  return out;
}

}  // namespace bylaw::inline v0::policy
