#include "eval/labelled_folder.h"

#include "mnist/base/error.h"

#include "common/guard.h"

namespace mnist::app::eval {

std::optional<Page> find_in(const std::filesystem::path& file, const Finder& finder) {
  try {
    return find_in_file(file, finder);
  } catch (const Error& error) {
    print_error(error.with_path(file.string()).what());
  } catch (const std::exception& error) {  // out of memory, OpenCV: this picture's alone
    print_error(file.string() + ": cannot be processed: " + error.what());
  }
  return std::nullopt;
}

}  // namespace mnist::app::eval
