#include "serve/body.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "mnist/bytes/base64.h"
#include "mnist/image/decode.h"

#include "serve/header_text.h"

namespace mnist::app::serve {
namespace {

using Picture = std::vector<std::uint8_t>;

[[noreturn]] void fail(const std::string& problem) { throw BadBody{400, problem}; }

Picture bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

bool begins_like_a_picture(std::string_view bytes) {
  return has_image_signature(
      std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()));
}

// Base64, or a data: URL of it (RFC 2397).
Picture picture_in_text(std::string_view text, const std::string& field) {
  if (same_name(text.substr(0, 5), "data:")) {
    const auto comma = text.find(',');
    const std::string_view head = text.substr(0, comma);
    constexpr std::string_view kBase64 = ";base64";
    const bool is_base64 = comma != std::string_view::npos && head.size() > kBase64.size() &&
                           same_name(head.substr(head.size() - kBase64.size()), kBase64);
    if (!is_base64) fail(field + " is a data: URL that is not base64: data:image/png;base64,…");
    text.remove_prefix(comma + 1);
  }
  std::string base64(text);
  std::erase_if(base64, [](char c) { return c == '\n' || c == '\r'; });  // as base64(1) adds
  auto picture = from_base64(base64);
  if (!picture) fail(field + " is not base64, with padding, or a data: URL of it");
  return std::move(*picture);
}

// --- JSON ---

// The text "image" of a body {"image": base64}. Whatever else a body contains, it costs no more
// than its length: parsing stops at the first unexpected value.
struct ImageField : nlohmann::json_sax<nlohmann::json> {
  std::string key_name;
  std::optional<std::string> image;
  bool too_much = false;
  int depth = 0;

  bool unwanted() {
    too_much = true;
    return false;
  }
  bool string(string_t& text) override {
    if (depth != 1 || key_name != "image" || image) return unwanted();
    image = std::move(text);
    return true;
  }
  bool key(string_t& name) override {
    key_name = name;
    return true;
  }
  bool start_object(std::size_t /*size*/) override { return ++depth == 1 || unwanted(); }
  bool end_object() override { return --depth == 0; }
  bool null() override { return unwanted(); }
  bool boolean(bool /*value*/) override { return unwanted(); }
  bool number_integer(number_integer_t /*value*/) override { return unwanted(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return unwanted(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return unwanted();
  }
  bool binary(binary_t& /*value*/) override { return unwanted(); }
  bool start_array(std::size_t /*size*/) override { return unwanted(); }
  bool end_array() override { return unwanted(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*why*/) override {
    return false;
  }
};

Picture picture_in_json(std::string_view body) {
  ImageField field;
  const bool parsed = nlohmann::json::sax_parse(body, &field);
  constexpr const char* kExpected = "{\"image\": base64 or a data: URL}";
  if (!parsed && !field.too_much) fail(std::string("the body is not valid JSON: ") + kExpected);
  if (!parsed || !field.image) fail(std::string("the JSON must be ") + kExpected);
  return picture_in_text(*field.image, "\"image\"");
}

// --- forms ---

struct Part {
  std::string name;
  bool is_file = false;
  std::string_view content;
};

// From the headers in front of a part's content.
std::string_view content_disposition(std::string_view headers) {
  while (!headers.empty()) {
    const std::string_view line = headers.substr(0, headers.find("\r\n"));
    headers.remove_prefix(std::min(line.size() + 2, headers.size()));
    const auto colon = line.find(':');
    if (colon != std::string_view::npos &&
        same_name(line.substr(0, colon), "Content-Disposition")) {
      return line.substr(colon + 1);
    }
  }
  return {};
}

// RFC 2046, section 5.1: parts between lines "--boundary", the last of which is "--boundary--".
std::vector<Part> parts_of(std::string_view body, const std::string& boundary) {
  constexpr std::size_t kMost = 64;
  constexpr std::string_view kBreak = "\r\n";
  const std::string delimiter = std::string(kBreak) + "--" + boundary;
  // The line break before the first one is missing if nothing comes before it.
  if (body.starts_with(delimiter.substr(kBreak.size()))) {
    body.remove_prefix(delimiter.size() - kBreak.size());
  } else if (const auto first = body.find(delimiter); first != std::string_view::npos) {
    body.remove_prefix(first + delimiter.size());
  } else {
    return {};
  }
  std::vector<Part> parts;
  while (!body.starts_with("--")) {
    const auto headers = body.find(kBreak);
    const auto content = body.find("\r\n\r\n");
    if (content == std::string_view::npos) fail("the form is cut short");
    const auto end = body.find(delimiter, content + kBreak.size());
    if (end == std::string_view::npos) fail("the form is cut short: its last boundary is missing");
    if (parts.size() == kMost) fail("the form has more than " + std::to_string(kMost) + " fields");
    const std::string_view disposition =
        content_disposition(body.substr(headers, content - headers));
    const std::size_t begin = std::min(content + 2 * kBreak.size(), end);
    parts.push_back({.name = parameter(disposition, "name").value_or(""),
                     .is_file = parameter(disposition, "filename").has_value(),
                     .content = body.substr(begin, end - begin)});
    body.remove_prefix(end + delimiter.size());
  }
  return parts;
}

Picture picture_in_form(std::string_view content_type, std::string_view body) {
  constexpr std::size_t kLongestBoundary = 70;
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary) {
    fail("multipart/form-data needs a boundary of 1 to 70 characters");
  }
  std::vector<Part> parts = parts_of(body, *boundary);
  const bool named =
      std::ranges::any_of(parts, [](const Part& part) { return part.name == "image"; });
  std::erase_if(parts,
                [&](const Part& part) { return named ? part.name != "image" : !part.is_file; });
  if (parts.size() != 1) {
    fail("the form must have one picture, in the field image (curl -F image=@FILE)");
  }
  const Part& part = parts.front();
  const bool is_text = !part.is_file && !begins_like_a_picture(part.content);
  return is_text ? picture_in_text(part.content, "the field image") : bytes_of(part.content);
}

}  // namespace

Picture picture_in(std::string_view content_type, std::string_view body) {
  const std::string type = media_type(content_type);
  if (begins_like_a_picture(body)) return bytes_of(body);
  if (type == "multipart/form-data") return picture_in_form(content_type, body);
  const auto first = body.find_first_not_of(" \t\r\n");
  const bool is_object = first != std::string_view::npos && body[first] == '{';
  if (type == "application/json" || is_object) return picture_in_json(body);
  if (type.starts_with("image/")) return bytes_of(body);
  throw BadBody{415, "the body must be a " + std::string(kImageFormats) +
                         " image, JSON {\"image\": base64 or a data: URL}, or a form with the "
                         "picture in the field image"};
}

}  // namespace mnist::app::serve
