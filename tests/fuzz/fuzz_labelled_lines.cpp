// Lists of labelled pictures: values are within their ranges, and every line alone is read the
// same.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mnist/labels/labelled_files.h"

#include "fuzz.h"

using mnist::fuzz::accepted;
using mnist::fuzz::require;

namespace {

struct Line {
  std::string text;
  mnist::LabelledFile file;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  mnist::read_labelled_lines(text, "folder", [&](std::string_view line, mnist::LabelledFile file) {
    lines.push_back({std::string(line), std::move(file)});
  });
  return lines;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = accepted([&] { return lines_of(text); });
  if (!lines) return 0;
  for (const Line& line : *lines) {
    require(mnist::label_from(mnist::to_word(line.file.label)) == line.file.label);
    require(!line.file.name.empty());
    if (line.file.box) {
      require(line.file.box->x >= 0 && line.file.box->y >= 0);
      require(line.file.box->width >= 0 && line.file.box->height >= 0);
    }
    const std::vector<Line> again = lines_of(line.text);
    require(again.size() == 1 && again.front().file.path == line.file.path &&
            again.front().file.label == line.file.label &&
            again.front().file.name == line.file.name && again.front().file.box == line.file.box);
  }
  return 0;
}
