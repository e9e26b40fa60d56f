#include "mnist/bytes/idx.h"

#include "mnist/bytes/gzip.h"
#include "mnist/bytes/sha256.h"

#include "support/environment.h"
#include "unit/bytes/bytes_testing.h"

namespace fs = std::filesystem;

namespace mnist {

using testing::error_of;
using testing::joined;
using testing::TemporaryDirectory;

namespace {

constexpr int kDigits = 10;

// Two pictures of 2 x 3.
const Bytes kImagesFile = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2,  0,  0,
                           0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};
const Bytes kLabelsFile = {0, 0, 8, 1, 0, 0, 0, 2, 7, 9};

Bytes with(Bytes bytes, std::size_t position, std::uint8_t value) {
  bytes.at(position) = value;
  return bytes;
}

std::string fault_of_images(const Bytes& bytes) {
  const Error error = error_of([&] { parse_idx_images(bytes); });
  CHECK(error.kind() == ErrorKind::kCorrupt);
  return error.message();
}

std::string fault_of_labels(const Bytes& bytes) {
  const Error error = error_of([&] { parse_idx_labels(bytes); });
  CHECK(error.kind() == ErrorKind::kCorrupt);
  return error.message();
}

// A folder with a pair of files.
struct PairOnDisk {
  PairOnDisk(const Bytes& images_file, const Bytes& labels_file) {
    write_file_atomically(images, images_file);
    write_file_atomically(labels, labels_file);
  }
  IdxPair read(int classes = kDigits) const { return read_idx_pair(images, labels, classes); }

  TemporaryDirectory folder;
  fs::path images = folder / "images";
  fs::path labels = folder / "labels";
};

}  // namespace

TEST_CASE("IDX images of any count and size are read", "[bytes]") {
  const IdxImages images = parse_idx_images(kImagesFile);
  CHECK(images.count == 2);
  CHECK(images.rows == 2);
  CHECK(images.columns == 3);
  CHECK(images.pixels == Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255});
}

TEST_CASE("IDX labels are read", "[bytes]") {
  CHECK(parse_idx_labels(kLabelsFile).labels == Bytes{7, 9});
}

TEST_CASE("IDX sizes are big-endian", "[bytes]") {
  IdxImages images{.count = 1, .rows = 1, .columns = 0x0102, .pixels = Bytes(0x0102)};
  const Bytes bytes = serialize_idx(images);
  CHECK(bytes[14] == 1);
  CHECK(bytes[15] == 2);
  CHECK(parse_idx_images(bytes).columns == 0x0102);
}

TEST_CASE("IDX is written as it was read, byte for byte", "[bytes]") {
  CHECK(serialize_idx(parse_idx_images(kImagesFile)) == kImagesFile);
  CHECK(serialize_idx(parse_idx_labels(kLabelsFile)) == kLabelsFile);
}

TEST_CASE("an IDX file shorter than its header is refused at every length", "[bytes]") {
  for (std::size_t size = 0; size < 16; ++size) {
    const Bytes bytes(kImagesFile.begin(), kImagesFile.begin() + static_cast<long>(size));
    CHECK(fault_of_images(bytes) ==
          "too short for an IDX header: " + std::to_string(size) + " bytes instead of 16");
  }
  CHECK(fault_of_labels({0, 0, 8, 1, 0, 0, 0}) ==
        "too short for an IDX header: 7 bytes instead of 8");
}

TEST_CASE("bytes that do not begin as IDX does are refused", "[bytes]") {
  CHECK(fault_of_images(with(kImagesFile, 0, 0x1f)) == "not an IDX file");
  CHECK(fault_of_images(with(kImagesFile, 1, 1)) == "not an IDX file");
  CHECK(fault_of_images({'<', 'h', 't', 'm', 'l', '>'}) == "not an IDX file");
}

TEST_CASE("IDX elements that are not unsigned bytes are refused", "[bytes]") {
  CHECK(fault_of_images(with(kImagesFile, 2, 0x0d)) ==
        "its elements are of IDX type 13, not unsigned bytes (type 8)");
}

TEST_CASE("IDX images and labels are not taken for each other", "[bytes]") {
  CHECK(fault_of_images(kLabelsFile) ==
        "has 1 dimensions instead of 3 (images have 3, labels have 1: are the two files swapped?)");
  CHECK(fault_of_labels(kImagesFile) ==
        "has 3 dimensions instead of 1 (images have 3, labels have 1: are the two files swapped?)");
}

TEST_CASE("an IDX size of zero is refused", "[bytes]") {
  for (const std::size_t position : {7, 11, 15}) {
    CHECK(fault_of_images(with(kImagesFile, position, 0)) == "declares a size of 0");
  }
  CHECK(fault_of_labels({0, 0, 8, 1, 0, 0, 0, 0}) == "declares a size of 0");
}

TEST_CASE("an IDX file with fewer bytes than it declares is refused", "[bytes]") {
  CHECK(fault_of_images(with(kImagesFile, 7, 3)) ==
        "truncated: 12 bytes of elements instead of the 18 that its header declares");
  CHECK(fault_of_labels(with(kLabelsFile, 7, 3)) ==
        "truncated: 2 bytes of elements instead of the 3 that its header declares");
}

TEST_CASE("an IDX file with more bytes than it declares is refused", "[bytes]") {
  CHECK(fault_of_images(joined({kImagesFile, {0}})) ==
        "too long: 13 bytes of elements instead of the 12 that its header declares");
  CHECK(fault_of_labels(joined({kLabelsFile, {0}})) ==
        "too long: 3 bytes of elements instead of the 2 that its header declares");
}

TEST_CASE("an IDX header whose product overflows is refused, not believed", "[bytes]") {
  // 2^31 * 2^31 * 4 is zero in 64 bits, and 2^32 - 1 cubed wraps around too.
  const Bytes wraps_to_zero = {0, 0, 8, 3, 0x80, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 4};
  const Bytes all_ones = joined({{0, 0, 8, 3}, Bytes(12, 0xff)});
  for (const Bytes& bytes : {wraps_to_zero, all_ones}) {
    const Error error = error_of([&] { parse_idx_images(bytes); });
    CHECK(error.kind() == ErrorKind::kUnsupported);
    CHECK(error.message() == "declares more than 2 GiB of elements");
  }
}

TEST_CASE("IDX content that contradicts its own sizes is not written", "[bytes]") {
  const IdxImages wrong{.count = 1, .rows = 2, .columns = 2, .pixels = Bytes(3)};
  CHECK(error_of([&] { serialize_idx(wrong); }).kind() == ErrorKind::kUsage);
  CHECK(error_of([] { serialize_idx(IdxImages{}); }).kind() == ErrorKind::kUsage);
  CHECK(error_of([] { serialize_idx(IdxLabels{}); }).kind() == ErrorKind::kUsage);
}

TEST_CASE("a pair of IDX files is read, plain or gzip, with digests of the content", "[bytes]") {
  const PairOnDisk plain(kImagesFile, kLabelsFile);
  const PairOnDisk zipped(gzip(kImagesFile), gzip(kLabelsFile));
  for (const IdxPair& pair : {plain.read(), zipped.read()}) {
    CHECK(pair.images.count == 2);
    CHECK(pair.labels.labels == Bytes{7, 9});
    CHECK(pair.images_sha256 == sha256_hex(kImagesFile));
    CHECK(pair.labels_sha256 == sha256_hex(kLabelsFile));
  }
}

TEST_CASE("a pair whose counts differ is refused", "[bytes]") {
  const PairOnDisk files(kImagesFile, {0, 0, 8, 1, 0, 0, 0, 3, 1, 2, 3});
  const Error error = error_of([&] { files.read(); });
  CHECK(error.kind() == ErrorKind::kCorrupt);
  CHECK(error.path() == files.labels.string());
  CHECK(error.message() == "has 3 labels for the 2 images of " + files.images.string());
}

TEST_CASE("a label outside the classes is refused, with its place", "[bytes]") {
  const PairOnDisk files(kImagesFile, {0, 0, 8, 1, 0, 0, 0, 2, 9, 10});
  const Error error = error_of([&] { files.read(); });
  CHECK(error.kind() == ErrorKind::kCorrupt);
  CHECK(error.path() == files.labels.string());
  CHECK(error.message() ==
        "label 10 at index 1 is outside the 10 classes (its labels are 9 to 10)");
  CHECK(files.read(11).labels.labels == Bytes{9, 10});
}

TEST_CASE("a fault in one of a pair names its file", "[bytes]") {
  const PairOnDisk images_cut(Bytes{0, 0}, kLabelsFile);
  CHECK(error_of([&] { images_cut.read(); }).path() == images_cut.images.string());
  const PairOnDisk labels_cut(kImagesFile, Bytes{0x1f, 0x8b, 8});
  const Error error = error_of([&] { labels_cut.read(); });
  CHECK(error.path() == labels_cut.labels.string());
  CHECK(error.message() == "truncated gzip data");
  const Error absent =
      error_of([&] { read_idx_pair(images_cut.folder / "absent", images_cut.labels, kDigits); });
  CHECK(absent.kind() == ErrorKind::kIo);
}

TEST_CASE("the plain IDX file is found before the compressed one", "[bytes]") {
  const TemporaryDirectory folder;
  write_file_atomically(folder / "labels.gz", gzip(kLabelsFile));
  CHECK(find_idx_file(folder.path(), "labels") == folder / "labels.gz");
  write_file_atomically(folder / "labels", kLabelsFile);
  CHECK(find_idx_file(folder.path(), "labels") == folder / "labels");
}

TEST_CASE("a compressed IDX file does not stand in for one that cannot be looked up", "[bytes]") {
  const TemporaryDirectory folder;
  write_file_atomically(folder / "labels.gz", gzip(kLabelsFile));
  fs::create_symlink("labels", folder / "labels");
  const Error error = error_of([&] { find_idx_file(folder.path(), "labels"); });
  CHECK(error.path() == (folder / "labels").string());
}

TEST_CASE("an IDX file that is not there is an error that tells how to get it", "[bytes]") {
  const TemporaryDirectory folder;
  fs::create_directory(folder / "labels");  // as some unpackers leave it; not a file
  const Error error = error_of([&] { find_idx_file(folder.path(), "labels"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(std::string(error.what()) ==
        folder.path().string() +
            ": contains neither labels nor labels.gz (scripts/fetch-mnist.sh gets them)");
}

TEST_CASE("an IDX file under another usual name is pointed out", "[bytes]") {
  for (const char* name : {"a.idx3-ubyte", "a.idx3-ubyte.gz", "a-idx3-ubyte/a-idx3-ubyte",
                           "a.idx3-ubyte/a.idx3-ubyte"}) {
    const TemporaryDirectory folder;
    fs::create_directories((folder / name).parent_path());
    write_file_atomically(folder / name, "x");
    const Error error = error_of([&] { find_idx_file(folder.path(), "a-idx3-ubyte"); });
    CHECK(error.message() == "contains neither a-idx3-ubyte nor a-idx3-ubyte.gz, but " +
                                 std::string(name) + ": make that a-idx3-ubyte");
  }
}

TEST_CASE("labels are known by the name of their images", "[bytes]") {
  CHECK(labels_beside("data/t10k-images-idx3-ubyte") == "data/t10k-labels-idx1-ubyte");
  const testing::TemporaryDirectory folder;
  const auto labels = folder / "t10k-labels-idx1-ubyte.gz";
  write_file_atomically(labels, Bytes{1});
  CHECK(labels_beside(folder / "t10k-images-idx3-ubyte") == labels);
  CHECK(labels_beside(folder / "t10k-images-idx3-ubyte.gz") == labels);
  CHECK(plain_or_packed(folder / "t10k-labels-idx1-ubyte") == labels);
  CHECK(labels_beside("images-idx3") == "labels-idx1");
  CHECK_THROWS_AS(labels_beside("data/digits.bin"), Error);
}

TEST_CASE("the MNIST files themselves are read", "[bytes][needs-mnist]") {
  const fs::path folder = testing::mnist_files_or_skip();
  const IdxPair pair = read_idx_pair(find_idx_file(folder, "t10k-images-idx3-ubyte"),
                                     find_idx_file(folder, "t10k-labels-idx1-ubyte"), kDigits);
  CHECK(pair.images.count == 10'000);
  CHECK(pair.images.rows == 28);
  CHECK(pair.images.columns == 28);
  CHECK(pair.labels.labels.front() == 7);
}

}  // namespace mnist
