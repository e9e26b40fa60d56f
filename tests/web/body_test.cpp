// A body in every form in which a picture may come, and in those that are refused.
#include "serve/body.h"

#include <string>

#include "serve/header_text.h"
#include "support/catch.h"

namespace mnist::testing {
namespace {

using app::serve::BadBody;
using app::serve::parameter;
using app::serve::picture_in;

const std::string kPng = "\x89PNG\r\n\x1a\n and more";
const std::string kPngBase64 = "iVBORw0KGgogYW5kIG1vcmU=";

std::string text_in(const std::string& type, const std::string& body) {
  const auto bytes = picture_in(type, body);
  return {bytes.begin(), bytes.end()};
}

BadBody refusal_of(const std::string& type, const std::string& body) {
  try {
    picture_in(type, body);
  } catch (const BadBody& bad) {
    return bad;
  }
  return {};
}

std::string part(const std::string& headers, const std::string& content) {
  return "--frontier\r\nContent-Disposition: form-data; " + headers + "\r\n\r\n" + content + "\r\n";
}

const std::string kForm = "multipart/form-data; boundary=frontier";
const std::string kEnd = "--frontier--\r\n";

}  // namespace

TEST_CASE("bytes that begin like a picture are one, whatever they are called", "[server]") {
  for (const char* type :
       {"image/png", "image/jpg", "image/jpeg; q=1", "", "text/plain", "application/octet-stream",
        "application/x-www-form-urlencoded", "application/json", "multipart/form-data"}) {
    INFO(type);
    CHECK(text_in(type, kPng) == kPng);
    CHECK(text_in(type, "\xff\xd8\xff and more") == "\xff\xd8\xff and more");
    CHECK(text_in(type, "P5 1 1 255 x") == "P5 1 1 255 x");
  }
}

TEST_CASE("what is called a picture is left to the decoder", "[server]") {
  CHECK(text_in("image/webp", "RIFF") == "RIFF");
  CHECK(text_in("IMAGE/JPG", "").empty());
}

TEST_CASE("JSON has the picture in base64, or in a data: URL", "[server]") {
  for (const std::string& image :
       {kPngBase64, "data:image/png;base64," + kPngBase64, "data:;base64," + kPngBase64,
        "DATA:image/png;name=x;BASE64," + kPngBase64, std::string("iVBORw0KGgog\\nYW5kIG1vcmU=")}) {
    INFO(image);
    CHECK(text_in("application/json", R"({"image": ")" + image + "\"}") == kPng);
  }
  // As curl -d sends it.
  CHECK(text_in("application/x-www-form-urlencoded", " {\"image\": \"" + kPngBase64 + "\"}") ==
        kPng);
  for (const char* bad :
       {"data:image/png,"
        "iVBORw0KGgogYW5kIG1vcmU=",
        "data:image/png;base64", "data:", "data:,", "data:image/png;base64,iVB", "iVB*"}) {
    INFO(bad);
    const BadBody refused =
        refusal_of("application/json", R"({"image": ")" + std::string(bad) + "\"}");
    CHECK(refused.status == 400);
    CHECK(refused.reason.find("base64") != std::string::npos);
  }
  CHECK(refusal_of("application/json", "{").reason ==
        "the body is not valid JSON: {\"image\": base64 or a data: URL}");
}

TEST_CASE("a form has the picture in the field image, or as its only file", "[server]") {
  const std::string file = "name=\"image\"; filename=\"x.png\"\r\nContent-Type: image/png";
  CHECK(text_in(kForm, part(file, kPng) + kEnd) == kPng);
  CHECK(text_in("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"frontier\"",
                part(file, kPng) + kEnd) == kPng);
  CHECK(text_in(kForm, part("name=input", "1") + part(file, kPng) + kEnd) == kPng);
  CHECK(text_in(kForm, "a preamble\r\n" + part(file, kPng) + kEnd + "and an epilogue") == kPng);
  CHECK(text_in(kForm, part("name=\"upload\"; filename=\"a \\\"b\\\"; c.png\"", kPng) + kEnd) ==
        kPng);
  CHECK(text_in(kForm, part("name=other; filename=notes.txt", "hello") + part(file, kPng) + kEnd) ==
        kPng);
  CHECK(text_in(kForm, part("name=image", kPng) + kEnd) == kPng);
  CHECK(text_in(kForm, part("name=image", "data:image/png;base64," + kPngBase64) + kEnd) == kPng);
  // A file is taken as it is, even if it contains what looks like a delimiter.
  const std::string odd = kPng + "\r\n--frontie\r\n\r\n--\r\n";
  CHECK(text_in(kForm, part(file, odd) + kEnd) == odd);
  CHECK(text_in(kForm, part(file, "") + kEnd).empty());
}

TEST_CASE("a form without one picture is refused, and is told what would be accepted", "[server]") {
  const std::string file = "name=\"image\"; filename=\"x.png\"";
  const std::string other = "name=\"a\"; filename=\"x.png\"";
  for (const std::string& body :
       {std::string(), std::string("--"), kEnd, std::string("nonsense"), part("name=x", "1") + kEnd,
        part(file, kPng) + part(file, kPng) + kEnd, part(other, kPng) + part(other, kPng) + kEnd}) {
    INFO(body);
    const BadBody refused = refusal_of(kForm, body);
    CHECK(refused.status == 400);
    CHECK(refused.reason.find("image=@") != std::string::npos);
  }
  for (const std::string& cut : {part(file, kPng), std::string("--frontier\r\n"),
                                 std::string("--frontier"), part(file, kPng) + "--fron"}) {
    CHECK(refusal_of(kForm, cut).status == 400);
  }
  std::string many;
  for (int i = 0; i < 100; ++i) many += part("name=x", "1");
  CHECK(refusal_of(kForm, many + kEnd).reason == "the form has more than 64 fields");
  for (const char* type : {"multipart/form-data", "multipart/form-data; boundary=",
                           "multipart/form-data; boundary=\"", "multipart/form-data; x"}) {
    CHECK(refusal_of(type, part(file, kPng) + kEnd).status == 400);
  }
}

TEST_CASE("anything else is refused, and is told what would be accepted", "[server]") {
  for (const char* type : {"text/html", "", "application/pdf", "image", "video/mp4"}) {
    const BadBody refused = refusal_of(type, "hello");
    CHECK(refused.status == 415);
    CHECK(refused.reason.find("GIF or PNM image") != std::string::npos);
    CHECK(refused.reason.find("the field image") != std::string::npos);
  }
}

TEST_CASE("parameters of a header are found with quotes and without", "[server]") {
  CHECK(parameter("a; b=c", "b") == "c");
  CHECK(parameter("a;b = \"c;d\" ; e=f", "E") == "f");
  CHECK(parameter("a; b=\"x\\\"y\\\\z\"", "b") == "x\"y\\z");
  CHECK(parameter("a; b=\"open", "b") == "open");
  CHECK(parameter("a; b=", "b") == "");
  CHECK_FALSE(parameter("a", "a"));
  CHECK_FALSE(parameter("", "a"));
  CHECK_FALSE(parameter("a; b", "b"));
  CHECK_FALSE(parameter("a; bb=1", "b"));
}

}  // namespace mnist::testing
