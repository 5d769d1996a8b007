#pragma once
#include "testkit/stock_expectations.hpp"

namespace bylaw::inline v0::testkit {

/// `balance`, `paid`, `refunded`, `refundable`, `tenders`, `line`, `return_line`, `shipping`, `exceptions`. False: `what` is none of these.
[[nodiscard]] bool expect_of_money(TestFile const& file, store::Reader& reader, StockQuestion const& question, Yaml const& expected,
                                   std::vector<std::string>& problems);

/// What can be looked at, for messages.
inline constexpr char const* money_questions =
    "balance ORDER, paid ORDER, refunded ORDER, refundable ORDER, tenders ORDER, line ORDER N, return_line RETURN N, shipping ORDER, exceptions ID, "
    "cost ITEM LOCATION, returnable ORDER REASON CONDITION";

}  // namespace bylaw::inline v0::testkit
