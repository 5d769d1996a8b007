#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <bylaw/policy/batch.hpp>
#include <bylaw/policy/memory.hpp>
#include <bylaw/policy/decision.hpp>
#include <bylaw/policy/policy.hpp>

namespace bylaw::inline v0::policy {

/// One field of many records, as it lies in memory: whole numbers, one behind the other or at a stride.
///
/// What a number means depends on the kind of the field (FactKind): money in minor units; decimals and
/// quantities as number / 10^scale, a quantity in the field's unit; durations in milliseconds; dates in
/// days since 1970; times of day in minutes; timestamps in milliseconds UTC, or finer with a scale (6 for
/// nanoseconds), and then read as the millisecond that they are in. Texts and enumerations are codes into a dictionary. There are no floating point columns:
/// no double decides.
struct FieldColumn {
  std::string path;  ///< `order.total`, `order.customer.segment`, `order.lines.quantity`, `measures.orders`
  Memory::Form form = Memory::Form::i64;
  void const* values = nullptr;
  std::size_t count = 0;                          ///< how many values there are: a row each, or an element each
  std::size_t stride = 0;                         ///< in bytes; 0: the size of a number
  std::uint8_t const* valid = nullptr;            ///< a bit for each value, lowest first, as in Arrow; nullptr: all are there
  std::size_t valid_offset = 0;                   ///< the bit of the first value, where an array is a slice
  std::int32_t scale = 0;                         ///< 0 to 9
  std::vector<std::string_view> dictionary = {};  ///< what codes stand for; a negative code is a missing value
};

/// Which elements of a collection belong to which order: those of order i are the values from
/// offsets[i] up to offsets[i + 1] of the collection's columns.
struct ListColumn {
  std::string path;                        ///< `order.lines`
  std::uint32_t const* offsets = nullptr;  ///< rows + 1 of them, rising
};

/// Orders as columns. The memory belongs to the caller. The path of a list of plain values names both
/// its ListColumn and its FieldColumn.
struct OrderColumns {
  std::size_t rows = 0;
  std::vector<FieldColumn> fields;
  std::vector<ListColumn> lists;
};

/// The field of the schema that a path from `order.` on names. Answers what is wrong with the path and what was perhaps meant; empty when
/// there is such a field.
[[nodiscard]] BYLAW_EXPORT std::string find_path(Policy const& policy, std::string_view path, FieldInfo& out);
/// The type of a fact as it is written: `bool`, `money`, `timestamp`; `enum` for every enumeration.
[[nodiscard]] BYLAW_EXPORT char const* type_name(FactKind kind) noexcept;

/// Decides the holds of orders in columns; the same hits as for each order by itself. A column that no
/// rule reads costs nothing. `functions` are called on this thread. Thread safe for different batches.
/// Errors: `columns_mismatch`, whose message names each column that does not fit the schema and each that
/// rules need and that is not there; `no_policy`. A value that is no value of its enumeration makes a
/// BatchError of its order where a rule in force asks for it.
[[nodiscard]] BYLAW_EXPORT Result<void> decide_holds(Policy const& policy, OrderColumns const& orders, Timestamp now, HoldBatch& out, Functions functions = {});

/// Which orders of a table are decided, and when.
struct OrderRange {
  std::size_t begin = 0;
  std::size_t end = 0;            ///< the first one that is not
  Timestamp now{};                ///< for all of them
  Timestamp const* at = nullptr;  ///< or for each order of the table its own time
};

/// What takes the decisions of a long table: `batch` has those of the orders from `first` on, by rows of its own, and is used again for the
/// next part. Called on the thread of the call; false ends it.
struct HoldParts {
  bool (*take)(void* context, std::size_t first, HoldBatch const& batch) = nullptr;
  void* context = nullptr;
};

/// The same for a table of millions of orders, in parts that fit into a cache: history is decided without a hit of all of it in memory.
/// Ranges of one table may be decided at the same time on several threads. Errors: as `decide_holds`.
[[nodiscard]] BYLAW_EXPORT Result<void> decide_holds_in_parts(Policy const& policy, OrderColumns const& orders, OrderRange const& range, HoldParts parts,
                                                              Functions functions = {});

}  // namespace bylaw::inline v0::policy
