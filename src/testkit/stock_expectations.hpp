#pragma once
#include <bylaw/store/reader.hpp>

#include "testkit/test_file.hpp"

namespace bylaw::inline v0::testkit {

/// One thing that a scenario expects of stock and promises. `what` is its first word, `name` the others.
struct StockQuestion {
  std::string what;
  std::string name;
  std::string where;  ///< for problems: line and key
  std::size_t line = 1;
};

/// `stock`, `available`, `promises`, `promised`, `supply`, `at_risk`, `channel`, `fulfilment`, `verdict`, `lot_out`. False: `what` is none of these.
[[nodiscard]] bool expect_of_stock(TestFile const& file, store::Reader& reader, StockQuestion const& question, Yaml const& expected,
                                   std::vector<std::string>& problems);

/// What can be looked at, for messages.
inline constexpr char const* stock_questions =
    "stock ITEM LOCATION, available ITEM, promises ID, promised ORDER, supply ID, at_risk SUPPLY, channel CHANNEL ITEM, fulfilment ORDER, verdict ID KIND, "
    "lot_out ITEM LOT";

}  // namespace bylaw::inline v0::testkit
