import Foundation
import Randomness

/// The tables beside BraTS20's cases.
struct BraTS20Table {
  let name: String
  let text: String

  /// name_mapping.csv: each case's grade, and its names in the challenges before.
  static func names(of phantoms: [BraTS20Phantom]) -> BraTS20Table {
    let rows = phantoms.map { phantom in
      "\(phantom.isHighGrade ? "HGG" : "LGG"),NA,NA,NA,NA,\(phantom.caseIdentifier)"
    }
    let header =
      "Grade,BraTS_2017_subject_ID,BraTS_2018_subject_ID,TCGA_TCIA_subject_ID,BraTS_2019_subject_ID,"
      + "BraTS_2020_subject_ID"
    return table("name_mapping.csv", [header] + rows)
  }

  /// survival_info.csv: age, days and the extent of resection for most of the patients of high grade.
  static func survival(of phantoms: [BraTS20Phantom]) -> BraTS20Table {
    let rows = phantoms.filter(\.isHighGrade).compactMap { phantom -> String? in
      var random = phantom.stream("survival")
      // 236 of BraTS20's 293 patients of high grade are listed; of these, 119 had all of the tumour removed, 10 a part.
      guard random.chance(236.0 / 293) else { return nil }
      let age = min(max(random.normal(mean: 61, standardDeviation: 12), 19), 86)
      let days = Int(exp(random.normal(mean: 5.8, standardDeviation: 0.8)))
      let resection = random.choice([("GTR", 119), ("STR", 10), ("NA", 107)])
      return "\(phantom.caseIdentifier),\((age * 1000).rounded() / 1000),\(min(max(days, 5), 1767)),\(resection)"
    }
    return table("survival_info.csv", ["Brats20ID,Age,Survival_days,Extent_of_Resection"] + rows)
  }

  private static func table(_ name: String, _ lines: [String]) -> BraTS20Table {
    BraTS20Table(name: name, text: lines.joined(separator: "\n") + "\n")
  }
}
