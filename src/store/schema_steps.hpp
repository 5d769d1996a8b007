#pragma once

namespace bylaw::inline v0::store {

/// What brings a store of the version before to this one; the first makes a store of an empty file.
extern char const* const schema_step_1;
extern char const* const schema_step_2;
extern char const* const schema_step_3;
extern char const* const schema_step_4;
extern char const* const schema_step_5;
extern char const* const schema_step_6;
extern char const* const schema_step_7;

}  // namespace bylaw::inline v0::store
