// What the tests of mnist/bytes share.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"

#include "support/catch.h"

namespace mnist::testing {

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

inline std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

inline Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes whole;
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  return whole;
}

// The mnist::Error that `call` throws; fails the test if it throws nothing or something else.
template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    CHECK(error.message().find('\n') == std::string::npos);
    return error;
  }
  FAIL("no mnist::Error was thrown");
  throw;  // never reached
}

}  // namespace mnist::testing
