// Published examples, and a few that another implementation made.
#pragma once

namespace grantd::jose::vectors {

// RFC 7515 A.3.1: the EC key's coordinates.
inline constexpr char kEs256X[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";

// RFC 7515 A.3.1.
inline constexpr char kEs256Y[] = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

// RFC 7515 A.3.1: the complete JWS.
inline constexpr char kEs256Token[] =
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL"
    "mNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
    "pmWQxfKTUJqPP3-Kg6NU1Q";

// RFC 7515 A.2.1: the RSA key's modulus; its exponent is AQAB.
inline constexpr char kRs256N[] =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0B"
    "m4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5"
    "z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7"
    "aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";

// RFC 7515 A.2.1: the complete JWS.
inline constexpr char kRs256Token[] =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlL"
    "mNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWz"
    "O75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZES"
    "c6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU"
    "PQGe77Rw";

// RFC 7520 §3.3: the RSA key's modulus; its exponent is AQAB, its kid
// bilbo.baggins@hobbiton.example.
inline constexpr char kBilboN[] =
    "n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEiZQHz_AJ"
    "mSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tp"
    "e-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vn"
    "iUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw";

// RFC 7520 §4.1.3, figure 13.
inline constexpr char kBilboToken[] =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9.SXTigJlzIGEgZGFuZ"
    "2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCw"
    "gYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ"
    "2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZ"
    "opdHM1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv746i"
    "YTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLG"
    "djluPxUAhb6L2aXic1U12podGU0KLUQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5"
    "y18kDquDg";

// RFC 8037 A.1: the Ed25519 private key.
inline constexpr char kEdD[] = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

// RFC 8037 A.2: the public key.
inline constexpr char kEdX[] = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

// RFC 8037 A.4: the complete JWS.
inline constexpr char kEdToken[] =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGc"
    "vMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

// RFC 7638 §3.1: the RSA key's modulus; its exponent is AQAB.
inline constexpr char kThumbN[] =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJE"
    "CPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2Q"
    "vzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6"
    "WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";

// A modulus made by another implementation (pyca/cryptography); its exponent is AQAB.
inline constexpr char kElsewhereN[] =
    "1B4CKXkx4E_idRQSvN31CZ20TIOEPQZWyHNRXf11vMP9x7my0Gdb8doGYaNB6PuMPtAnQmSxuCfDpw03VMPZjrM8aJ"
    "hFocY4BIqQnGAOUf2K--W9m6gaCbqoCkalKpS3sGGgC0S7ZlwgYGVyFhXZA5WPFbCuVS4oJQlBGZlAttpcbV9kxDl5"
    "-VLJprPsbWzaUABXqN4oMf1tmOHnX85x_Sw472mrhUJ9K7A-3UrUaopOMTSPv1BcTSAmlAYbkCVTokaQ2ftTa1dDk5"
    "3H_MHeMbF-c0DIHJD_WoPZUnJzwGS5qCtcznxHRMLQSlgvzx-nYEFDWpQrKRqwafmKTs3uVQ";

// Signed by it: PS256 as RFC 7518 §3.5 wants it, payload "signed elsewhere".
inline constexpr char kPs256Token[] =
    "eyJhbGciOiJQUzI1NiJ9.c2lnbmVkIGVsc2V3aGVyZQ.XEKRUXu6BZxgeA9RBWGaJcghoVtsroULyt9yUSuAuz4BKQ"
    "yL1SZjHDEYHFSr3VywF23Hycx6xVHOjBXce_teDLzS10jF0Ectdhu5EAFX1Hq8VbghJ7NT6eNIZnKyDE-S28tbbN0p"
    "iqNYqhmVsB2efYax-9mO3Sh1y2QVOFHvGKLXWgsuVAp7TmdeZrF3Bmkt_NBbFydQ6-BDdGuglnOEkBYK1EYumopLMv"
    "Kywd6KS9VyNbbwP203D6d1G4zYxO7fFSr1m5ORibqTf2OiYsJipitV6GY12paLE-Ga-jrzJDtCRL4vSkTSg4IsS_k6"
    "tOkr5NCYjDF8LX64_Awrui8eSg";

// Signed by it with a salt of 0 bytes in place of 32.
inline constexpr char kPs256NoSaltToken[] =
    "eyJhbGciOiJQUzI1NiJ9.c2lnbmVkIGVsc2V3aGVyZQ.apMISEnFAvjoxjZKiZ3DFj9Y6NtouT36hgiX7vOvN18-kD"
    "JcoIue5v6vJowjJcgVF-syEAHZh7-IV13Dlhci1EIhs7SVWxQIuZQ-avO0PDmJpo1kfsKeD-wt9eYoRCT-GjiyA-43"
    "yramhnATVTmsa5LjD1KqvWkr2YZpATRCngXsYPvKnIkeXo7WkJPjQz50l6s4IeBNMq-P6xHq9mcw1chTrKnUq9JqKM"
    "MWWFk7msgxUeah-89s67KSnaZrlPe0rxV0w0nQ-hRSy3djjZE9OJFziJHP0bKIZDeP9XS5uBMCIteep2ljQ9vRtD_W"
    "iRhw4f2llJjx0Fdex1r287c44w";

}  // namespace grantd::jose::vectors
