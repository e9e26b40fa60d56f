#include "mnist/read/reader.h"

#include <utility>
#include <vector>

namespace mnist {

void classify(std::span<Page> pages, Predictor& predictor) {
  std::vector<Find> finds;
  for (const Page& page : pages) finds.insert(finds.end(), page.finds.begin(), page.finds.end());
  std::vector<Prediction> predictions = predictor.predict(finds);
  auto prediction = predictions.begin();
  for (Page& page : pages) {
    for (Find& find : page.finds) find.prediction = std::move(*prediction++);
  }
}

Page read(const Image& image, const Finder& finder, Predictor& predictor) {
  Page page = finder.find(image);
  classify({&page, 1}, predictor);
  return page;
}

}  // namespace mnist
