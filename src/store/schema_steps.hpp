#pragma once

namespace bylaw::inline v0::store {

/// What brings a store of the version before to this one. `schema.cpp` has the earlier ones.
extern char const* const schema_step_5;
extern char const* const schema_step_6;

}  // namespace bylaw::inline v0::store
