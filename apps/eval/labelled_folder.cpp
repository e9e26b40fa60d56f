#include "eval/labelled_folder.h"

#include "mnist/base/error.h"
#include "mnist/bytes/file.h"
#include "mnist/image/decode.h"

#include "common/guard.h"

namespace mnist::app::eval {

std::optional<Page> find_in(const std::filesystem::path& file, const Finder& finder) {
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
