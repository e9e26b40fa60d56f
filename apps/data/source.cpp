#include "data/source.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/idx.h"
#include "mnist/data/pixel_csv.h"
#include "mnist/labels/labelled_files.h"
#include "mnist/read/picture_digits.h"
#include "mnist/report/number_text.h"

#include "common/names.h"

namespace mnist::app::data {
namespace {

namespace fs = std::filesystem;

NamedDigits numbered(DigitSet digits, const std::string& source) {
  NamedDigits result{.digits = std::move(digits)};
  for (std::int64_t row = 0; row < result.digits.size(); ++row) {
    result.names.push_back(source + "#" + std::to_string(row));
  }
  return result;
}

// A list of pictures has two columns or a few, pixels have 785; no first line is longer.
bool holds_pixels(const fs::path& csv) {
  constexpr std::size_t kFirstLine = 64 << 10;
  const Bytes bytes = read_beginning(csv, kFirstLine);
  const auto end = std::ranges::find(bytes, static_cast<std::uint8_t>('\n'));
  return std::count(bytes.begin(), end, static_cast<std::uint8_t>(',')) >= kDigitPixels;
}

void refuse_idx_folder(const fs::path& folder) {
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) {
    const fs::path file = plain_or_packed(folder / name);
    if (!is_there(file)) continue;
    throw Error(ErrorKind::kUsage, "is a folder of IDX files: name one, e.g. " + file.string(),
                folder.string());
  }
}

// IDX files begin with two zero bytes, gzip's with 1f 8b.
void require_idx(const fs::path& file) {
  const Bytes beginning = read_beginning(file, 2);
  if (beginning == Bytes{0, 0} || beginning == Bytes{0x1f, 0x8b}) return;
  throw Error(ErrorKind::kUnsupported,
              "not IDX images, a .csv or .jsonl file, or a folder of pictures", file.string());
}

}  // namespace

NamedDigits NamedDigits::subset(const torch::Tensor& rows) const {
  NamedDigits result{.digits = digits.subset(rows)};
  const std::int64_t* row = rows.data_ptr<std::int64_t>();
  std::transform(row, row + rows.size(0), std::back_inserter(result.names),
                 [&](std::int64_t i) { return names[static_cast<std::size_t>(i)]; });
  return result;
}

SourceReader::SourceReader(SourceOptions options) : options_(std::move(options)) {}

NamedDigits SourceReader::read(const std::string& source) {
  const fs::path path = plain_or_packed(source);
  const fs::file_type type = type_at(path);
  if (type == fs::file_type::not_found) {
    throw Error(ErrorKind::kIo, "no such file or folder", source);
  }
  const bool is_folder = type == fs::file_type::directory;
  if (is_folder) refuse_idx_folder(path);
  const std::string ending = ending_of(path);
  const bool is_csv = !is_folder && ending == ".csv";
  const bool is_pixels = is_csv && holds_pixels(path);
  const bool is_pictures = is_folder || ending == ".jsonl" || (is_csv && !is_pixels);
  if (!options_.labels.empty() && (is_pictures || is_pixels)) {
    throw Error(ErrorKind::kUsage, "has its own labels: --labels is for IDX images", source);
  }
  if (!options_.form.is_usual() && is_pictures) {
    throw Error(ErrorKind::kUsage,
                "pictures are read as they are: --orientation and --invert are for pixels", source);
  }
  if (is_pictures) return read_pictures(source);
  if (is_pixels) return numbered(normalized(load_pixel_csv(path), options_.form), source);
  require_idx(path);
  const fs::path labels =
      options_.labels.empty() ? labels_beside(path) : plain_or_packed(options_.labels);
  return numbered(normalized(load_digit_set(path, labels), options_.form), source);
}

NamedDigits SourceReader::read_pictures(const std::string& source) {
  const LabelledFiles files = labelled_files(source);
  if (!finder_) finder_.emplace(load_finder(options_.page_model()));
  PictureDigits found = digits_in_pictures(files.files, *finder_, [&](std::size_t done) {
    if (options_.on_picture) options_.on_picture(done, files.files.size());
  });
  NamedDigits result{.digits = std::move(found.digits), .names = std::move(found.names)};
  result.digits.name = source;
  if (files.unlabelled > 0) {
    result.remarks.push_back(files_text(files.unlabelled) + " without a label");
  }
  result.others = static_cast<std::size_t>(
      std::ranges::count(files.files, kOutlierLabel, &LabelledFile::label));
  for (const LeftOutPicture& picture : found.left_out) {
    result.remarks.push_back("left out: " + picture.path + ": " + picture.failure.reason);
    result.any_unreadable = result.any_unreadable || picture.failure.unreadable;
  }
  if (result.digits.size() == 0) {
    throw Error(ErrorKind::kCorrupt,
                "contains no digit that can be used" +
                    (result.remarks.empty() ? "" : "; " + result.remarks.back()),
                source);
  }
  return result;
}

NamedDigits joined(std::span<const NamedDigits> sets) {
  NamedDigits all;
  std::vector<DigitSet> digits;
  for (const NamedDigits& set : sets) {
    digits.push_back(set.digits);
    std::ranges::copy(set.names, std::back_inserter(all.names));
    std::ranges::copy(set.remarks, std::back_inserter(all.remarks));
    all.others += set.others;
    all.any_unreadable = all.any_unreadable || set.any_unreadable;
  }
  all.digits = mnist::joined(digits);
  return all;
}

}  // namespace mnist::app::data
