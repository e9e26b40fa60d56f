#include "generate/pages.h"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "mnist/base/random.h"
#include "mnist/bytes/file.h"
#include "mnist/draw/page.h"
#include "mnist/image/encode.h"

#include "generate/numbered.h"

namespace mnist::app::generate {
namespace {

using Json = nlohmann::ordered_json;

std::string_view kind_name(int kind) {
  switch (kind) {
    case kPointMark:
      return "point";
    case kCommaMark:
      return "comma";
    case kSlashMark:
      return "slash";
    case kHyphenMark:
      return "hyphen";
    case kUnreadableMark:
      return "unreadable";
    default:
      return "digit";
  }
}

Json mark_json(const PageMark& mark) {
  Json json = {{"kind", kind_name(mark.kind)}};
  if (mark.kind >= 0 && mark.kind < 10) json["digit"] = mark.kind;
  json["box"] = {mark.x, mark.y, mark.width, mark.height};
  json["row"] = mark.row;
  return json;
}

// A page's line of pages.jsonl.
std::string truth_line(const DrawnPage& page, const std::string& picture, const std::string& ink) {
  Json json = {{"file", picture}, {"ink", ink}};
  json["text"] = page.has_order ? Json(page.text) : Json();
  json["marks"] = Json::array();
  for (const PageMark& mark : page.marks) json["marks"].push_back(mark_json(mark));
  return json.dump() + '\n';
}

}  // namespace

void write_pages(const Flags& flags, std::ostream& out) {
  const PageOptions options{.width = flags.width, .height = flags.height};
  std::string truth;
  for (std::uint32_t n = 0; n < flags.pages; ++n) {
    std::mt19937_64 engine(mix_seed(flags.seed, n));
    const DrawnPage page = draw_page(options, engine);
    const auto picture = numbered(flags.out, "", n, "page");
    const auto ink = numbered(flags.out, "", n, "ink");
    write_file_atomically(picture, encode_png(page.picture));
    write_file_atomically(ink, encode_png({.width = options.width,
                                           .height = options.height,
                                           .format = PixelFormat::kGrey,
                                           .pixels = page.ink}));
    truth += truth_line(page, picture.filename().string(), ink.filename().string());
    out << picture.string() << '\n';
  }
  // Written last: if it is there, so are the pages.
  write_file_atomically(std::filesystem::path(flags.out) / "pages.jsonl", std::string_view(truth));
}

}  // namespace mnist::app::generate
