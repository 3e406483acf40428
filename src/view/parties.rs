//! The two parties as they are printed, and who pays whom by acceptance bill.
//!
//! May use: `model`, `pack`.

use serde::Serialize;

use super::or_blank;
use crate::model::case::Case;
use crate::pack::{Buyer, Pack};

/// 甲方.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names of `pack::Buyer`, documented there")]
pub struct BuyerView {
    pub name: String,
    pub address: String,
    pub legal_representative: String,
    pub postcode: String,
    pub tax_id: String,
    pub account_name: String,
    pub invoice_bank: String,
    pub invoice_account: String,
    pub transfer_bank: String,
    pub transfer_account: String,
    pub registered_address: String,
    pub phone: String,
}

/// 乙方.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the names of `model::case::Supplier`, documented there")]
pub struct SupplierView {
    pub name: String,
    pub short_name: String,
    pub address: String,
    pub legal_representative: String,
    pub postcode: String,
    pub tax_id: String,
    pub account_name: String,
    pub bank: String,
    pub account: String,
    pub registered_address: String,
    pub phone: String,
    pub supervision_department: String,
}

/// 4.6.2(2): who pays and who is paid by acceptance bill.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "付款方/收款方 名称, 银行账号, 开户银行")]
pub struct BillView {
    pub payer_name: String,
    pub payer_account: String,
    pub payer_bank: String,
    pub payee_name: String,
    pub payee_account: String,
    pub payee_bank: String,
}

impl BuyerView {
    pub(super) fn of(buyer: &Buyer) -> Self {
        Self {
            name: buyer.name.clone(),
            address: buyer.legal_address.clone(),
            legal_representative: buyer.legal_representative.clone(),
            postcode: buyer.postcode.clone(),
            tax_id: buyer.tax_id.clone(),
            account_name: buyer.account_name.clone(),
            invoice_bank: buyer.invoice_bank.clone(),
            invoice_account: buyer.invoice_account.clone(),
            transfer_bank: buyer.payment_bank.clone(),
            transfer_account: buyer.payment_account.clone(),
            registered_address: buyer.address.clone(),
            phone: buyer.phone.clone(),
        }
    }
}

impl SupplierView {
    pub(super) fn of(case: &Case) -> Self {
        let supplier = &case.supplier;
        let account_name = supplier.account_name.as_ref().or(supplier.name.as_ref());
        Self {
            name: or_blank(&supplier.name),
            short_name: or_blank(&supplier.short_name),
            address: or_blank(&supplier.legal_address),
            legal_representative: or_blank(&supplier.legal_representative),
            postcode: or_blank(&supplier.postcode),
            tax_id: or_blank(&supplier.tax_id),
            account_name: account_name.map(|name| name.value.clone()).unwrap_or_default(),
            bank: or_blank(&supplier.bank),
            account: or_blank(&supplier.account),
            registered_address: or_blank(&supplier.address),
            phone: or_blank(&supplier.phone),
            supervision_department: or_blank(&supplier.supervision_department),
        }
    }
}

impl BillView {
    /// The payee's particulars are the supplier's whichever way is ticked, so that 4.6.2(2) never stays empty.
    pub(super) fn of(case: &Case, pack: &Pack) -> Self {
        let supplier = SupplierView::of(case);
        Self {
            payer_name: pack.buyer.name.clone(),
            payer_account: pack.buyer.payment_account.clone(),
            payer_bank: pack.buyer.payment_bank.clone(),
            payee_name: supplier.account_name,
            payee_account: supplier.account,
            payee_bank: supplier.bank,
        }
    }
}
