#include "data/source.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <span>
#include <utility>

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/bytes/folder.h"
#include "mnist/bytes/idx.h"
#include "mnist/data/pixel_csv.h"
#include "mnist/labels/labelled_files.h"
#include "mnist/read/picture_digits.h"

namespace mnist::app::data {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> numbered_names(const DigitSet& digits, const std::string& source) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(digits.size()));
  for (std::int64_t row = 0; row < digits.size(); ++row) {
    names.push_back(source + "#" + std::to_string(row));
  }
  return names;
}

NamedDigits numbered(DigitSet digits, const std::string& source) {
  std::vector<std::string> names = numbered_names(digits, source);
  return {std::move(digits), std::move(names), {}};
}

// A list of pictures has two or three columns, pixels have 785.
bool holds_pixels(const std::string& csv) {
  const Bytes bytes = read_file(csv, kMaxListBytes);
  const auto end = std::ranges::find(bytes, static_cast<std::uint8_t>('\n'));
  return std::count(bytes.begin(), end, static_cast<std::uint8_t>(',')) >= kDigitPixels;
}

void refuse_idx_folder(const fs::path& folder) {
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) {
    for (const char* ending : {"", ".gz"}) {
      const fs::path file = folder / (std::string(name) + ending);
      if (!is_there(file)) continue;
      throw Error(ErrorKind::kUsage, "a folder of IDX files: name one, e.g. " + file.string(),
                  folder.string());
    }
  }
}

}  // namespace

NamedDigits NamedDigits::subset(const torch::Tensor& rows) const {
  NamedDigits result{digits.subset(rows), {}, {}};
  const std::int64_t* row = rows.data_ptr<std::int64_t>();
  std::transform(row, row + rows.size(0), std::back_inserter(result.names),
                 [&](std::int64_t i) { return names[static_cast<std::size_t>(i)]; });
  return result;
}

SourceReader::SourceReader(std::string labels, ImageForm form, std::function<fs::path()> page_model,
                           OnPicture on_picture)
    : labels_(std::move(labels)),
      form_(std::move(form)),
      page_model_(std::move(page_model)),
      on_picture_(std::move(on_picture)) {}

NamedDigits SourceReader::read(const std::string& source) {
  const fs::path path(source);
  if (fs::is_directory(path)) {
    refuse_idx_folder(path);
    return read_pictures(source);
  }
  if (path.extension() == ".jsonl") return read_pictures(source);
  if (path.extension() == ".csv") {
    return holds_pixels(source) ? numbered(normalized(load_pixel_csv(path), form_), source)
                                : read_pictures(source);
  }
  const fs::path labels = labels_.empty() ? labels_beside(path) : fs::path(labels_);
  return numbered(normalized(load_digit_set(path, labels), form_), source);
}

NamedDigits SourceReader::read_pictures(const std::string& source) {
  const LabelledFiles files = labelled_files(source);
  if (!finder_) finder_.emplace(load_finder(page_model_()));
  PictureDigits found = digits_in_pictures(files.files, *finder_, [&](std::size_t done) {
    if (on_picture_) on_picture_(done, files.files.size());
  });
  NamedDigits result{std::move(found.digits), std::move(found.names), {}};
  result.digits.name = source;
  if (files.unlabelled > 0) {
    result.remarks.push_back(std::to_string(files.unlabelled) +
                             (files.unlabelled == 1 ? " file" : " files") + " without a label");
  }
  for (const LeftOutPicture& picture : found.left_out) {
    result.remarks.push_back("left out: " + picture.path + ": " + picture.reason);
  }
  if (result.digits.size() == 0) {
    const std::string first = found.left_out.empty() ? ""
                                                     : ": " + found.left_out.front().path + ": " +
                                                           found.left_out.front().reason;
    throw Error(ErrorKind::kCorrupt, "holds no digit that can be used" + first, source);
  }
  return result;
}

NamedDigits joined(std::vector<NamedDigits> sets) {
  NamedDigits all = std::move(sets.front());
  for (NamedDigits& more : std::span(sets).subspan(1)) {
    all.digits.images = torch::cat({all.digits.images, more.digits.images});
    all.digits.labels = torch::cat({all.digits.labels, more.digits.labels});
    all.digits.name += " + " + more.digits.name;
    std::ranges::move(more.names, std::back_inserter(all.names));
  }
  return all;
}

}  // namespace mnist::app::data
