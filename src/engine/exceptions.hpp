#pragma once
#include "engine/context.hpp"

namespace bylaw::inline v0::engine {

/// Opens an instance of the workflow `exception`: something that a person has to look at, with an owner and a clock. Its id is
/// `exception:` and the command's, with a number when a command opens several. The outcome says which. Errors: `no_workflow`.
[[nodiscard]] Result<void> open_exception(Context& context, std::string const& kind, std::string const& owner, std::vector<trade::Attribute> values,
                                          std::string message);

}  // namespace bylaw::inline v0::engine
