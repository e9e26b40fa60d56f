// The world's handwriting: how people in different countries are taught to write digits, and what
// becomes of it in children, in a hurry, with a mouse or a finger.
//
// A person keeps to one way of writing each digit; a number on a page is written by one Writer.
// People who write a 1 with a long up-stroke mostly cross the 7, or begin it with a serif or a
// curl; people who write a plain 7 mostly write a bar for a 1. Over all writers, about 40 % of the
// 1s are bars, 25 % have a flag of up to a third of the stem, 35 % a longer one; 40 % of the 7s are
// plain, 30 % crossed, 30 % have a serif, a curl or two curves.
//
// As in digits.h: the same engine state gives the same strokes everywhere; nothing is taken from a
// data set. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <span>
#include <string_view>

#include "mnist/digit/digit.h"
#include "mnist/draw/digits.h"

namespace mnist {

// Where somebody learned to write.
enum class Region {
  kFrance,
  kGermany,  // and Austria, Switzerland, the Low Countries
  kItaly,
  kSpain,    // and Latin America
  kBalkans,  // and Poland
  kScandinavia,
  kTurkey,
  kRussia,
  kIndia,
  kChina,
  kJapan,
  kNorthAmerica,
};
inline constexpr int kRegions = 12;

// One person's way of writing.
struct Writer {
  Region region = Region::kNorthAmerica;
  // For each digit, its index in style_names(digit).
  std::array<std::uint8_t, kClasses> styles{};
  // Seed of what this person always does the same way: proportions, curvature, habitual deviations.
  std::uint64_t habit = 0;
  double haste = 0.0;       // 0 to 1: rounds corners off, ends strokes early or late
  double tremor = 0.03;     // how far habit strays from what was taught, in the digit's height
  double jitter = 0.01;     // how far one digit strays from the last one like it
  double shake = 0.0;       // unsteadiness along a stroke: of a mouse, a child, an old hand
  double slant = 0.0;       // rightward lean: run over rise
  double turn = 0.0;        // clockwise, in radians
  double width = 1.0;       // factor
  double thickness = 0.17;  // of the pen, in the digit's height
};

// A writer from a region drawn by its share of the world's writers, or from the given region.
Writer draw_writer(std::mt19937_64& engine);
Writer draw_writer(Region region, std::mt19937_64& engine);

// One sample of how `writer` writes `digit`, 0 to 9, filling the unit square. Throws Error{kUsage}
// for another digit, or for an unknown style.
Drawing draw_digit(int digit, const Writer& writer, std::mt19937_64& engine);

// The ways of writing `digit`, most frequent first within a family: "bar", "short-flag",
// "long-flag-curved", "crossed-serif" … Names for 1 begin with bar, short-flag or long-flag; those
// for 7 with plain or crossed, or are ornate. Throws Error{kUsage} for another digit.
std::span<const std::string_view> style_names(int digit);

// The index of `name` in style_names(digit), or -1 if it is not there.
int style_index(int digit, std::string_view name);

// `digit` in the style of that name, by a writer drawn for it. Throws Error{kUsage} for another
// digit or name.
Drawing draw_digit(int digit, std::string_view style, std::mt19937_64& engine);

}  // namespace mnist
