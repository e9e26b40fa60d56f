// How well pages of numbers are read: whole pages, characters, and digit by digit if the truth says
// where each one is. Plain numbers in, plain numbers out. Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mnist/digit/prediction.h"
#include "mnist/metrics/interval.h"

namespace mnist {

struct LocatedDigit {
  int digit = 0;  // 0 to 9; -1 if unreadable
  Box box{};
};

// One page: what is there and what was read.
struct PageReading {
  std::string name{};
  std::string source{};                 // empty if unknown
  std::optional<std::string> wanted{};  // digits, rows joined by '-'; nothing if unknown
  std::string read{};                   // in the same form; '?' for a digit that cannot be read
  // The digits with their positions; nothing if unknown.
  std::optional<std::vector<LocatedDigit>> marks{};
  std::vector<LocatedDigit> finds{};
};

struct PageScores {
  std::int64_t pages = 0;
  // Of the pages whose text is known.
  std::int64_t texts = 0;
  std::int64_t whole = 0;  // without any error
  std::int64_t characters = 0;
  std::int64_t errors = 0;  // edit_distance(), summed
  // Of the pages with positions: readable digits, and how many were missed, taken for another
  // digit, or found where there is none.
  std::int64_t digits = 0;
  std::int64_t missed = 0;
  std::int64_t misread = 0;
  std::int64_t invented = 0;

  double whole_share() const;           // kUndefined without texts
  double character_error_rate() const;  // kUndefined without characters
  Interval whole_interval() const;      // 95 %, Wilson
  void add(const PageScores& other);
};

// The fewest characters to insert, delete or replace to turn `wanted` into `read` (V. Levenshtein,
// 1966). A '?' in `wanted`, which nobody can read, may be read as anything or left out.
std::int64_t edit_distance(std::string_view wanted, std::string_view read);

// Digits are matched by place, one to one: a find belongs to the mark with which it shares the
// most, if that is at least half of the smaller box.
PageScores score_page(const PageReading& page);

}  // namespace mnist
