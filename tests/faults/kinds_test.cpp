// Folders where files should be, files where folders should be, and pipes for both.
#include <sys/stat.h>

#include "cli/fixtures.h"
#include "faults/fixtures.h"
#include "faults/folder_state.h"
#include "support/catch.h"
#include "support/environment.h"
#include "support/process.h"

namespace mnist::testing {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

void put_all(const fs::path& folder) {
  put_data(folder);
  put_config(folder);
  put_models(folder);
  put_pictures(folder);
  fs::create_directories(folder / "folder" / "inner");
  write_text(folder / "folder" / "inner" / "kept.txt", "kept");
  write_text(folder / "file", "a file");
}

void make_pipe(const fs::path& path) { REQUIRE(::mkfifo(path.c_str(), 0600) == 0); }

struct Attempt {
  std::string program;
  Words arguments;
  std::string says;  // the end of its one line
};

}  // namespace

TEST_CASE("what is of the wrong kind is named in one line, and nothing is lost",
          "[faults][kinds]") {
  const Words reading = {"--model", "run", "--page-model", "page.safetensors"};
  const auto predict = [&](Words more) {
    more.insert(more.begin(), reading.begin(), reading.end());
    return more;
  };
  const std::string picture = "pictures/0000_label0.png";
  const std::vector<Attempt> attempts = {
      {"mnist-predict", predict({"folder"}), "folder: "},
      {"mnist-predict", predict({picture, "--dump-input", "file"}), "file: "},
      {"mnist-predict", predict({picture, "--explain", "file"}), "file: "},
      {"mnist-predict", predict({"--files-from", "folder"}), "folder: "},
      {"mnist-predict", {"--model", "folder", picture}, "folder: "},
      {"mnist-predict", {"--model", "run", "--page-model", "folder", picture}, "folder: "},
      {"mnist-eval", {"--model", "folder", "--data", "data"}, "folder: "},
      {"mnist-eval", {"--model", "run", "--data", "file"}, "file: "},
      {"mnist-eval", {"--model", "run", "--data", "data", "--report", "file"}, "file: "},
      {"mnist-eval", {"--model", "run", "--images", "file"}, "file: "},
      {"mnist-export", {"--model", "run", "--to", "onnx", "-o", "folder"}, "folder: "},
      {"mnist-export", {"--model", "folder", "--to", "onnx", "-o", "new.onnx"}, "folder: "},
      {"mnist-train", {"--config", "folder", "--data", "data", "--out", "new"}, "folder: "},
      {"mnist-train", {"--config", "config.json", "--data", "file", "--out", "new"}, "file: "},
      {"mnist-train", {"--config", "config.json", "--data", "data", "--out", "file"}, "file: "},
      {"mnist-train", {"--resume", "file"}, "file: "},
      {"mnist-train", {"--resume", "folder"}, "folder: "},
      {"mnist-generate", {"--out", "file", "--train", "20", "--test", "10"}, "file: "},
      {"mnist-data", {"idx", "folder", "-o", "new"}, "folder: "},
      {"mnist-data", {"idx", "data/train-images-idx3-ubyte", "-o", "folder"}, "folder"},
  };
  for (const auto& [program, arguments, says] : attempts) {
    const TemporaryDirectory own;
    put_all(own.path());
    const FolderState before = state_of(own.path());
    const Outcome outcome = run_program(program, arguments, {.folder = own.path()});
    INFO(program << ' ' << arguments.back() << ": " << outcome.err);
    CHECK(outcome.exit_code == 2);
    const auto lines = lines_of(outcome.err);
    REQUIRE_FALSE(lines.empty());
    CHECK(lines.size() == 1);
    CHECK(lines.back().find(says) != std::string::npos);
    CHECK(state_of(own.path()) == before);
  }
}

TEST_CASE("pipes are read as files are, and skipped in folders", "[faults][kinds]") {
  const TemporaryDirectory own;
  put_all(own.path());
  const fs::path picture = own / "pictures/0000_label0.png";
  const auto predict = [&](Words more) {
    Words arguments = {"--model", "run", "--page-model", "page.safetensors"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program("mnist-predict", arguments, {.folder = own.path()});
  };
  const Outcome plain = predict({"pictures/0000_label0.png"});
  REQUIRE(plain.exit_code == 0);

  make_pipe(own / "pipe");
  std::system(("cat '" + picture.string() + "' > '" + (own / "pipe").string() + "' &").c_str());
  const Outcome piped = predict({"pipe"});
  INFO(piped.err);
  CHECK(piped.exit_code == 0);
  CHECK(piped.out.substr(piped.out.find('\t')) == plain.out.substr(plain.out.find('\t')));

  // Nobody writes to it: to open it would wait for ever.
  const Outcome without = predict({"-r", "pictures"});
  make_pipe(own / "pictures/waits.png");
  const Outcome with = predict({"-r", "pictures"});
  INFO(with.err);
  CHECK(with.exit_code == without.exit_code);
  CHECK(with.out == without.out);
}

}  // namespace mnist::testing
