#include "mnist/draw/scene_setting.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "mnist/base/error.h"

namespace mnist {
namespace scene {

using pen::Dice;

namespace {

// As dark as the pen or paler, as wide or narrower, and all of it in the picture.
void add_form(Form form, Setting& setting, Dice& dice) {
  setting.form = form;
  setting.rule = setting.ink + (setting.paper - setting.ink) * dice.uniform(0.0, 0.6);
  setting.unit *= 0.6;
  setting.rule_width = std::max(1.0, setting.unit * setting.pen * dice.uniform(0.3, 1.0));
  const double x = dice.uniform(0.45, 0.55);
  const double y = dice.uniform(0.45, 0.55);
  setting.at = {x * (setting.size.width - setting.unit), y * (setting.size.height - setting.unit)};
}

void plain(Setting& /*setting*/, Dice& /*dice*/) {}

void uneven_light(Setting& setting, Dice& dice) { setting.fall = dice.uniform(0.35, 0.65); }

void shadow(Setting& setting, Dice& dice) { setting.shadow = dice.uniform(0.3, 0.55); }

void ruled(Setting& setting, Dice& dice) {
  setting.rule_gap = setting.unit * dice.uniform(0.25, 0.7);
  setting.rule_width = std::max(1.0, setting.unit * dice.uniform(0.006, 0.018));
  // Blue-grey, 25 to 90 levels darker than the paper.
  const auto depth = static_cast<float>(dice.uniform(25, 90));
  setting.rule = setting.paper - Colour(depth, depth * 0.7F, depth * 0.4F);
}

void squared(Setting& setting, Dice& dice) {
  ruled(setting, dice);
  setting.squared = true;
}

void cell(Setting& setting, Dice& dice) { setting.cell = dice.uniform(1.0, 6.0); }

void pencil(Setting& setting, Dice& dice) {
  setting.opacity = dice.uniform(0.25, 0.5);
  setting.uneven_ink = 0.4;
  setting.pen = dice.uniform(0.04, 0.08);
  setting.stains = 6;
}

void coloured(Setting& setting, Dice& dice) {
  const auto tone = [&] { return static_cast<float>(dice.uniform(110, 250)); };
  setting.paper = {tone(), tone(), tone()};
  do {
    const auto ink = [&] { return static_cast<float>(dice.uniform(0, 200)); };
    setting.ink = {ink(), ink(), ink()};
  } while (cv::norm(setting.paper - setting.ink) < 110);
}

void hairline(Setting& setting, Dice& dice) {
  setting.size = {700 + static_cast<int>(dice.below(500)), 700 + static_cast<int>(dice.below(500))};
  setting.unit = dice.uniform(350, 600);
  setting.at = {dice.uniform(0, 1) * (setting.size.width - setting.unit),
                dice.uniform(0, 1) * (setting.size.height - setting.unit)};
  setting.pen = dice.uniform(1.5, 4.0) / setting.unit;
}

void marker(Setting& setting, Dice& dice) { setting.pen = dice.uniform(0.17, 0.24); }

void grain(Setting& setting, Dice& dice) {
  setting.noise = dice.uniform(8, 22);
  setting.blur = dice.uniform(0.6, 0.02 * setting.unit);
}

void blocks(Setting& setting, Dice& dice) { setting.coarse = dice.uniform(25, 70); }

void corner(Setting& setting, Dice& dice) {
  setting.unit =
      std::max(22.0, std::min(setting.size.width, setting.size.height) * dice.uniform(0.10, 0.22));
  const double margin = setting.unit * dice.uniform(0.2, 0.6);
  const bool right = dice.chance(0.5);
  const bool bottom = dice.chance(0.5);
  setting.at = {right ? setting.size.width - margin - setting.unit : margin,
                bottom ? setting.size.height - margin - setting.unit : margin};
}

void fills_frame(Setting& setting, Dice& dice) {
  setting.unit = dice.uniform(60, 220);
  const double margin = setting.unit * dice.uniform(0.07, 0.12);
  const int side = static_cast<int>(setting.unit + 2 * margin);
  setting.size = {side, side};
  setting.at = {margin, margin};
}

void board(Setting& setting, Dice& dice) {
  setting.paper =
      grey(dice.uniform(25, 70)) + Colour(0, static_cast<float>(dice.uniform(0, 30)), 0);
  setting.ink = grey(dice.uniform(190, 245));
  setting.opacity = dice.uniform(0.7, 1.0);
  setting.uneven_ink = 0.25;
  setting.stains = 10;
  setting.fall = dice.uniform(0.0, 0.35);
}

void box(Setting& setting, Dice& dice) { add_form(Form::kBox, setting, dice); }

void circle(Setting& setting, Dice& dice) { add_form(Form::kCircle, setting, dice); }

void underline(Setting& setting, Dice& dice) { add_form(Form::kUnderline, setting, dice); }

struct SceneKind {
  const char* name;
  void (*change)(Setting& setting, Dice& dice);
};

// In the order of Scene.
constexpr std::array kKinds = {
    SceneKind{"plain", plain},       SceneKind{"uneven-light", uneven_light},
    SceneKind{"shadow", shadow},     SceneKind{"ruled", ruled},
    SceneKind{"squared", squared},   SceneKind{"cell", cell},
    SceneKind{"pencil", pencil},     SceneKind{"coloured", coloured},
    SceneKind{"hairline", hairline}, SceneKind{"marker", marker},
    SceneKind{"grain", grain},       SceneKind{"blocks", blocks},
    SceneKind{"corner", corner},     SceneKind{"fills-frame", fills_frame},
    SceneKind{"board", board},       SceneKind{"box", box},
    SceneKind{"circle", circle},     SceneKind{"underline", underline},
};
static_assert(kKinds.size() == kScenes);

}  // namespace

Colour grey(double level) {
  const auto value = static_cast<float>(level);
  return {value, value, value};
}

Setting plain_setting(Dice& dice) {
  Setting setting;
  const int width = 140 + static_cast<int>(dice.below(260));
  const int height = 140 + static_cast<int>(dice.below(260));
  setting.size = {width, height};
  setting.unit = std::min(width, height) * dice.uniform(0.4, 0.7);
  const double x = dice.uniform(0.2, 0.8);
  setting.at = {x * (width - setting.unit), dice.uniform(0.2, 0.8) * (height - setting.unit)};
  const double paper = dice.uniform(205, 250);
  const double warmth = dice.uniform(0, 14);
  setting.paper =
      grey(paper) - Colour(0, static_cast<float>(warmth / 2), static_cast<float>(warmth));
  setting.ink = grey(dice.uniform(10, 70));
  if (dice.chance(0.4)) setting.ink += Colour(0, 10, static_cast<float>(dice.uniform(30, 90)));
  setting.pen = dice.uniform(0.06, 0.13);
  setting.fall = dice.uniform(0.0, 0.08);
  return setting;
}

Setting setting_of(Scene scene, Dice& dice) {
  const auto index = static_cast<std::size_t>(scene);
  if (index >= kKinds.size()) throw Error(ErrorKind::kUsage, "no such scene");
  Setting setting = plain_setting(dice);
  kKinds[index].change(setting, dice);
  return setting;
}

}  // namespace scene

const char* to_string(Scene scene) {
  const auto index = static_cast<std::size_t>(scene);
  return index < scene::kKinds.size() ? scene::kKinds[index].name : "unknown";
}

}  // namespace mnist
