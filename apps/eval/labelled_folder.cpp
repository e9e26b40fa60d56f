#include "eval/labelled_folder.h"

#include <algorithm>
#include <cstdint>
#include <system_error>

#include "mnist/base/error.h"
#include "mnist/base/system_reason.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"

#include "common/guard.h"

namespace mnist::app::eval {
namespace {

namespace fs = std::filesystem;

}  // namespace

std::vector<fs::path> files_below(const fs::path& folder) {
  if (!fs::is_directory(folder)) throw Error(ErrorKind::kIo, "no such folder", folder.string());
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::recursive_directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    std::error_code unknown;  // then reading it tells
    const bool hidden = entry->path().filename().string().starts_with('.');
    if (!hidden && (entry->is_regular_file(unknown) || unknown)) files.push_back(entry->path());
  }
  if (failure) {
    throw Error(ErrorKind::kIo, "cannot read the folder: " + system_reason(failure), folder);
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string source_of(const fs::path& file) {
  const std::string name = file.filename().string();
  const auto end = name.find("__");
  return end == std::string::npos ? "" : name.substr(0, end);
}

std::optional<Page> find_in(const fs::path& file, const Finder& finder) {
  try {
    return finder.find(
        decode_image(read_file(file, kMaxPictureBytes), {.max_decoded_pixels = kMostUsefulPixels}));
  } catch (const Error& error) {
    print_error(error.with_path(file.string()).what());
  } catch (const std::exception& error) {  // out of memory, OpenCV: this picture's alone
    print_error(file.string() + ": cannot be processed: " + error.what());
  }
  return std::nullopt;
}

}  // namespace mnist::app::eval
