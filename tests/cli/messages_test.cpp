// docs/messages.md, command by command: what each says, and its exit code.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "cli/fixtures.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = MNIST_SOURCE_DIR;
const fs::path kPage = kSource / "docs" / "messages.md";

// A PNG that says it is 100 000 x 100 000 pixels: its header's CRC is right.
std::string huge_png() {
  return {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\x01\x86\xa0\0\x01\x86\xa0\x08\0\0\0\0\x8d\x39\x54\x14",
          33};
}

void write_configs(const fs::path& folder) {
  write_text(folder / "small.json", small_config());
  write_text(folder / "syntax.json", "{\n  \"seed\": 1,\n  \"training\": {\"epochs\" 2}\n}\n");
  write_text(folder / "unknown-key.json", "{\n  \"training\": {\"epoch\": 2}\n}\n");
  write_text(folder / "wrong-type.json", "{\n  \"training\": {\n    \"epochs\": \"two\"\n  }\n}\n");
  write_text(folder / "out-of-range.json", "{\"training\": {\"batch_size\": 0}}");
  write_text(
      folder / "own.json",
      R"({"data": {"train_images": "", "train_labels": "", "validation": 0, "sources": []}})");
}

void write_data(const fs::path& folder) {
  for (const char* name : {"mnist", "cut", "mixed"}) fs::create_directory(folder / name);
  for (const auto& entry : fs::directory_iterator(generated_data())) {
    for (const char* name : {"mnist", "cut", "mixed"}) {
      fs::copy_file(entry.path(), folder / name / entry.path().filename());
    }
  }
  fs::resize_file(folder / "cut" / "train-images-idx3-ubyte", 1000);
  fs::copy_file(folder / "mnist" / "t10k-labels-idx1-ubyte",
                folder / "mixed" / "train-labels-idx1-ubyte", fs::copy_options::overwrite_existing);
  write_text(folder / "pixels.csv", "label,p0\n7,255\n");
}

void write_models(const fs::path& folder) {
  fs::copy(small_run(), folder / "run", fs::copy_options::recursive);
  for (const char* name : {"digits.safetensors", "page.safetensors"}) {
    fs::copy_file(kSource / "models" / name, folder / name);
  }
  fs::copy_file(folder / "digits.safetensors", folder / "cut.safetensors");
  fs::resize_file(folder / "cut.safetensors", 5000);
  write_text(folder / "pickle.pt", "PK\3\4 archive/data.pkl");
}

void write_pictures(const fs::path& folder) {
  fs::copy_file(pictures()[3], folder / "scan.png");
  const std::string scan = read_text(folder / "scan.png");
  write_text(folder / "cut.png", scan.substr(0, scan.size() / 2));
  write_text(folder / "empty.png", "");
  write_text(folder / "huge.png", huge_png());
  write_text(folder / "two.png", png_of_42());
  // PGM: all white.
  write_text(folder / "blank.png", "P5 60 60 255\n" + std::string(3600, '\xff'));
  write_text(folder / "paper.pdf", "%PDF-1.4\n");
  write_text(folder / "drawing.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
  write_text(folder / "notes.txt", "hello\n");
  fs::create_directory(folder / "folder");
  write_text(folder / "folder" / "notes.txt", "hello\n");
  fs::create_directories(folder / "broken" / "4");
  write_text(folder / "broken" / "4" / "a.png", "hello\n");
  write_text(folder / "list.txt", "scan.png\nabsent.png\n");
  write_text(folder / "list.csv", "path,label\nscan.png,three\n");
  fs::create_directory(folder / "digits");
  for (std::size_t digit = 0; digit < 4; ++digit) {
    fs::copy_file(pictures()[digit],
                  folder / "digits" / ("a_label" + std::to_string(digit) + ".png"));
  }
}

// Paths that a program makes absolute depend on the test's folder.
std::string at_home(std::string text, const fs::path& folder) {
  for (std::size_t at = 0; (at = text.find(folder.string(), at)) != std::string::npos;) {
    text.replace(at, folder.string().size(), "/home/me");
  }
  return text;
}

}  // namespace

TEST_CASE("every message is as docs/messages.md shows it", "[messages]") {
  const TemporaryDirectory folder;
  write_pictures(folder.path());
  write_models(folder.path());
  write_data(folder.path());
  write_configs(folder.path());

  const std::string page = read_text(kPage);
  std::string found;
  bool in_console = false;
  int commands = 0;
  for (const std::string& line : lines_of(page)) {
    if (line.starts_with("```")) in_console = line == "```console";
    const bool is_command = in_console && line.starts_with("$ ");
    if (in_console && !is_command && line != "```console") continue;  // as it was
    found += line + "\n";
    if (!is_command) continue;
    ++commands;
    const Outcome outcome = run_shell("timeout 60 " + line.substr(2),
                                      {.folder = folder.path(), .environment = {"NO_COLOR=1"}});
    found += at_home(outcome.err + outcome.out, folder.path()) + "exit code " +
             std::to_string(outcome.exit_code) + "\n";
    INFO(line);
    CHECK((outcome.exit_code == 0 || outcome.exit_code == 1 || outcome.exit_code == 2));
    const auto messages = lines_of(outcome.err);
    const auto errors = std::ranges::count_if(
        messages, [](const std::string& message) { return message.starts_with("mnist-"); });
    CHECK(errors == (outcome.exit_code == 2 ? 1 : 0));
  }
  CHECK(commands > 60);
  if (std::getenv("MNIST_UPDATE_GOLDEN") != nullptr) {
    write_text(kPage, found);
    return;
  }
  const auto expected = lines_of(page);
  const auto actual = lines_of(found);
  for (std::size_t i = 0; i < std::min(expected.size(), actual.size()); ++i) {
    REQUIRE(actual[i] == expected[i]);
  }
  CHECK(actual.size() == expected.size());
}

}  // namespace mnist::testing
