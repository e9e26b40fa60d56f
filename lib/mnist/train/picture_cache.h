// Digits read from pictures, kept for the next run: reading a thousand pictures takes a minute.
// Internal to lib/mnist/train.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "mnist/labels/labelled_files.h"
#include "mnist/read/picture_digits.h"

namespace mnist {

// What digits_in_pictures(files, …) depends on, as 64 hexadecimal digits: the files' paths,
// content, labels and boxes, the page network's file, and this program's version. Pictures that
// cannot be read enter it as unreadable. Throws what reading the page network's file throws.
std::string picture_key(std::span<const LabelledFile> files,
                        const std::filesystem::path& page_model);

// What was kept in `folder` under `key`; nothing if it is absent or damaged.
std::optional<PictureDigits> kept_pictures(const std::filesystem::path& folder,
                                           const std::string& key);

// Keeps them: <folder>/<key>.safetensors, written atomically. Nothing is kept if a picture was left
// out for a reason that may pass, or a path is not UTF-8. Throws Error{kIo}, {kUsage} for more
// names than fit in a file.
void keep_pictures(const std::filesystem::path& folder, const std::string& key,
                   const PictureDigits& pictures);

}  // namespace mnist
