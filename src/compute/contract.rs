//! 4.3: 含税上限总价, 不含税价 and 税额, each with its 大写.
//!
//! May use: `model`.

use super::quotation::QuotationFigures;
use crate::model::capital::to_capital;
use crate::model::money::Money;
use crate::model::tax::TaxRate;

/// The figures of 4.3.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractFigures {
    /// 合同含税框架上限总价 = 附件3 合计 含税总价, 元.
    pub gross: Money,
    /// 不含税价 = 附件3 合计 不含税总价, 元.
    pub net: Money,
    /// 税额 = 含税上限总价 − 不含税价, 元.
    pub tax: Money,
    /// 税率.
    pub rate: TaxRate,
    /// 大写 of 含税上限总价.
    pub gross_words: String,
    /// 大写 of 不含税价.
    pub net_words: String,
    /// 大写 of 税额.
    pub tax_words: String,
}

impl ContractFigures {
    /// From 附件3's 合计. None only where an amount has no 大写: it is negative or beyond what 大写 can say.
    pub fn of(quotation: &QuotationFigures) -> Option<Self> {
        let (gross, net) = (quotation.gross_total, quotation.net_total);
        let tax = gross - net;
        Some(Self {
            gross,
            net,
            tax,
            rate: quotation.rate,
            gross_words: to_capital(gross)?,
            net_words: to_capital(net)?,
            tax_words: to_capital(tax)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compute::quotation::QuotationTable;
    use crate::compute::testing;

    #[test]
    fn the_worked_example() {
        let pack = testing::pack();
        let quotation = testing::quotation_at_ceiling(&pack);
        let table = QuotationTable::new(&pack.tender, Some(&quotation), pack.tender.rate);
        let figures = ContractFigures::of(&table.complete().unwrap()).unwrap();
        assert_eq!(figures.tax.to_string(), "997,824.78");
        assert_eq!(figures.net + figures.tax, figures.gross);
        assert!(figures.gross_words.ends_with("壹仟柒佰陆拾贰万捌仟贰佰叁拾柒元柒角捌分"));
    }
}
