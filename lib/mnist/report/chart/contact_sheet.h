// Many small pictures on one sheet, like a photographer's contact sheet. Thread-safe.
#pragma once

#include <string>
#include <vector>

#include "mnist/image/image.h"
#include "mnist/report/chart/shapes.h"

namespace mnist::chart {

struct SheetPicture {
  Image image{};
  std::string caption{};  // below it
  std::string note{};     // below that, smaller
};

struct SheetOptions {
  int columns = 8;
  double side = 84.0;    // of each picture, in the drawing's units
  bool captions = true;  // false: no room is left for them
  std::string description{};
};

// `pictures` from left to right and top to bottom below `title`. At least one row high.
Chart contact_sheet(const std::string& title, const std::vector<SheetPicture>& pictures,
                    const SheetOptions& options);

// Turns MNIST's form, ink 255 and paper 0, into dark ink on white paper, as a person wrote it.
Image on_paper(Image ink);

}  // namespace mnist::chart
