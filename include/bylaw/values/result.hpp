#pragma once
#include <new>
#include <utility>

#include <bylaw/values/error.hpp>

namespace bylaw::inline v0::values {

/// Wraps an error on its way into a Result: `return Unexpected{Error{...}};`
template <class E = Error>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

/// A value or an error, with the member names of std::expected.
///
/// Nothing in Bylaw throws across its border. `value()` and `operator*` need
/// `has_value()`, `error()` needs its opposite; asking otherwise is a bug of the
/// caller (undefined, as with std::optional).
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result(T value) : value_(std::move(value)), has_value_(true) {}                       // NOLINT: implicit as std::expected
  Result(Unexpected<E> failed) : error_(std::move(failed.error)), has_value_(false) {}  // NOLINT
  Result(Result const& other) : has_value_(other.has_value_) {
    if (has_value_) new (&value_) T(other.value_);
    else new (&error_) E(other.error_);
  }
  Result(Result&& other) noexcept : has_value_(other.has_value_) {
    if (has_value_) new (&value_) T(std::move(other.value_));
    else new (&error_) E(std::move(other.error_));
  }
  Result& operator=(Result other) noexcept {
    clear();
    has_value_ = other.has_value_;
    if (has_value_) new (&value_) T(std::move(other.value_));
    else new (&error_) E(std::move(other.error_));
    return *this;
  }
  ~Result() { clear(); }

  [[nodiscard]] bool has_value() const noexcept { return has_value_; }
  explicit operator bool() const noexcept { return has_value_; }
  [[nodiscard]] T& value() & noexcept { return value_; }
  [[nodiscard]] T const& value() const& noexcept { return value_; }
  [[nodiscard]] T&& value() && noexcept { return std::move(value_); }
  T& operator*() & noexcept { return value_; }
  T const& operator*() const& noexcept { return value_; }
  T&& operator*() && noexcept { return std::move(value_); }
  T* operator->() noexcept { return &value_; }
  T const* operator->() const noexcept { return &value_; }
  [[nodiscard]] E& error() & noexcept { return error_; }
  [[nodiscard]] E const& error() const& noexcept { return error_; }
  [[nodiscard]] E&& error() && noexcept { return std::move(error_); }
  [[nodiscard]] T value_or(T other) const& { return has_value_ ? value_ : std::move(other); }

 private:
  void clear() noexcept {
    if (has_value_) value_.~T();
    else error_.~E();
  }

  // A plain union instead of std::optional or std::variant: every public header pays for this one.
  union {
    T value_;
    E error_;
  };
  bool has_value_;
};

/// A Result without a value: done, or an error.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() = default;
  Result(Unexpected<E> failed) : error_(std::move(failed.error)), failed_(true) {}  // NOLINT

  [[nodiscard]] bool has_value() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return !failed_; }
  [[nodiscard]] E const& error() const& noexcept { return error_; }
  [[nodiscard]] E&& error() && noexcept { return std::move(error_); }

 private:
  E error_{};
  bool failed_ = false;
};

/// Short form for the many places that refuse something.
[[nodiscard]] inline Unexpected<Error> failure(std::string code, std::string message, std::string place = {}, std::string remedy = {}) {
  return Unexpected<Error>{Error{std::move(code), std::move(message), std::move(place), std::move(remedy)}};
}

}  // namespace bylaw::inline v0::values
