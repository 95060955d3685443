//! Currencies and how many decimals they have (ISO 4217, list one of 2025-05).

use crate::wire::{Put, Reader, Take};
use std::fmt;

/// A currency, by its ISO 4217 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY \
    COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD \
    KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR \
    NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP \
    TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG";
const NONE: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE: &str = "BHD IQD JOD KWD LYD OMR TND";

impl Currency {
    /// The currency of a code, if it is in use.
    pub fn parse(code: &str) -> Option<Currency> {
        let known = code.len() == 3 && [TWO, NONE, THREE].iter().any(|list| list.split(' ').any(|c| c == code));
        known.then(|| Currency(code.as_bytes().try_into().expect("three letters")))
    }

    /// All codes in use.
    pub fn codes() -> impl Iterator<Item = &'static str> {
        [TWO, NONE, THREE].into_iter().flat_map(|list| list.split(' '))
    }

    /// The three letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("ASCII letters")
    }

    /// How many decimals its amounts have.
    pub fn decimals(self) -> u8 {
        let is_in = |list: &str| list.split(' ').any(|c| c == self.code());
        if is_in(NONE) {
            0
        } else if is_in(THREE) {
            3
        } else {
            2
        }
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Put for Currency {
    fn put(&self, out: &mut Vec<u8>) {
        self.code().put(out);
    }
}

impl Take for Currency {
    fn take(from: &mut Reader) -> Self {
        Currency::parse(&Box::<str>::take(from)).unwrap_or_else(|| {
            from.fail();
            Currency(*b"XXX")
        })
    }
}
