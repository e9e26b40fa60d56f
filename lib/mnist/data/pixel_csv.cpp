#include "mnist/data/pixel_csv.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "mnist/base/error.h"
#include "mnist/bytes/csv_reader.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/sha256.h"

namespace mnist {
namespace {

constexpr std::uint64_t kMaxCsvBytes = 1ULL << 30;

std::optional<int> number_of(const std::string& field) {
  int number = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return number;
}

int number_within(const std::string& field, int most, const char* what, int line) {
  const std::optional<int> number = number_of(field);
  if (number && *number >= 0 && *number <= most) return *number;
  throw Error(ErrorKind::kCorrupt, "line " + std::to_string(line) + ": a " + what +
                                       " must be 0 to " + std::to_string(most) + ", not '" + field +
                                       "'");
}

struct Columns {
  std::vector<std::uint8_t> pixels;
  std::vector<std::uint8_t> labels;
};

// Where a header says the label is: the column `label` or `class`, else the first.
std::size_t label_column(const std::vector<std::string>& header) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    std::string name = header[i];
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (name == "label" || name == "class") return i;
  }
  return 0;
}

Columns columns_of(std::string_view text) {
  Columns columns;
  std::size_t label = 0;
  CsvReader reader(text, 1 + kDigitPixels);
  bool is_first = true;
  for (std::vector<std::string> fields; reader.next(fields); is_first = false) {
    const auto is_number = [](const std::string& field) { return number_of(field).has_value(); };
    if (is_first && std::none_of(fields.begin(), fields.end(), is_number)) {
      label = label_column(fields);
      continue;
    }
    if (fields.size() != 1 + kDigitPixels) {
      throw Error(ErrorKind::kCorrupt, "line " + std::to_string(reader.line()) +
                                           ": must contain a label and " +
                                           std::to_string(kDigitPixels) + " pixels, not " +
                                           std::to_string(fields.size()) + " fields");
    }
    columns.labels.push_back(static_cast<std::uint8_t>(
        number_within(fields[label], kClasses - 1, "label", reader.line())));
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i == label) continue;
      columns.pixels.push_back(
          static_cast<std::uint8_t>(number_within(fields[i], 255, "pixel", reader.line())));
    }
  }
  if (columns.labels.empty()) throw Error(ErrorKind::kIo, "contains no image");
  return columns;
}

}  // namespace

DigitSet load_pixel_csv(const std::filesystem::path& path) {
  const Bytes bytes = read_file(path, kMaxCsvBytes);
  Columns columns;
  try {
    columns = columns_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  } catch (const Error& error) {
    throw error.with_path(path.string());
  }
  const auto count = static_cast<std::int64_t>(columns.labels.size());
  DigitSet digits{.images = torch::empty({count, 1, kDigitSide, kDigitSide}, torch::kUInt8),
                  .labels = torch::empty({count}, torch::kInt64),
                  .name = path.string(),
                  .images_sha256 = sha256_hex(columns.pixels),
                  .labels_sha256 = sha256_hex(columns.labels)};
  std::memcpy(digits.images.data_ptr<std::uint8_t>(), columns.pixels.data(), columns.pixels.size());
  std::copy(columns.labels.begin(), columns.labels.end(), digits.labels.data_ptr<std::int64_t>());
  return digits;
}

}  // namespace mnist
