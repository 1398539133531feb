"""Where on Earth is what: continents, their countries, states of the United States, AWS's Regions.

Codes are ISO 3166's, as Route 53's geolocation routing has them; a row is a continent.
"""

from functools import cache

_CONTINENTS = (
    (
        "AF",
        "Africa",
        "AO:Angola BF:Burkina Faso BI:Burundi BJ:Benin BW:Botswana CD:Congo, Democratic Republic "
        "CF:Central African Republic CG:Congo CI:Côte d'Ivoire CM:Cameroon CV:Cape Verde "
        "DJ:Djibouti DZ:Algeria EG:Egypt ER:Eritrea ET:Ethiopia GA:Gabon GH:Ghana GM:Gambia "
        "GN:Guinea GQ:Equatorial Guinea GW:Guinea-Bissau KE:Kenya KM:Comoros LR:Liberia LS:Lesotho "
        "LY:Libya MA:Morocco MG:Madagascar ML:Mali MR:Mauritania MU:Mauritius MW:Malawi "
        "MZ:Mozambique NA:Namibia NE:Niger NG:Nigeria RE:Réunion RW:Rwanda SC:Seychelles SD:Sudan "
        "SH:Saint Helena SL:Sierra Leone SN:Senegal SO:Somalia SS:South Sudan "
        "ST:Sao Tome and Principe SZ:Eswatini TD:Chad TG:Togo TN:Tunisia TZ:Tanzania UG:Uganda "
        "YT:Mayotte ZA:South Africa ZM:Zambia ZW:Zimbabwe",
    ),
    (
        "AN",
        "Antarctica",
        "AQ:Antarctica GS:South Georgia and the South Sandwich Islands "
        "TF:French Southern Territories",
    ),
    (
        "AS",
        "Asia",
        "AE:United Arab Emirates AF:Afghanistan AM:Armenia AZ:Azerbaijan BD:Bangladesh BH:Bahrain "
        "BN:Brunei BT:Bhutan CC:Cocos (Keeling) Islands CN:China GE:Georgia HK:Hong Kong "
        "ID:Indonesia IL:Israel IN:India IO:British Indian Ocean Territory IQ:Iraq IR:Iran "
        "JO:Jordan JP:Japan KG:Kyrgyzstan KH:Cambodia KP:North Korea KR:South Korea KW:Kuwait "
        "KZ:Kazakhstan LA:Laos LB:Lebanon LK:Sri Lanka MM:Myanmar MN:Mongolia MO:Macao "
        "MV:Maldives MY:Malaysia NP:Nepal OM:Oman PH:Philippines PK:Pakistan PS:Palestine "
        "QA:Qatar SA:Saudi Arabia SG:Singapore SY:Syria TH:Thailand TJ:Tajikistan TM:Turkmenistan "
        "TW:Taiwan UZ:Uzbekistan VN:Vietnam YE:Yemen",
    ),
    (
        "EU",
        "Europe",
        "AD:Andorra AL:Albania AT:Austria AX:Åland Islands BA:Bosnia and Herzegovina BE:Belgium "
        "BG:Bulgaria BY:Belarus CH:Switzerland CY:Cyprus CZ:Czechia DE:Germany DK:Denmark "
        "EE:Estonia ES:Spain FI:Finland FO:Faroe Islands FR:France GB:United Kingdom GG:Guernsey "
        "GI:Gibraltar GR:Greece HR:Croatia HU:Hungary IE:Ireland IM:Isle of Man IS:Iceland "
        "IT:Italy JE:Jersey LI:Liechtenstein LT:Lithuania LU:Luxembourg LV:Latvia MC:Monaco "
        "MD:Moldova ME:Montenegro MK:North Macedonia MT:Malta NL:Netherlands NO:Norway PL:Poland "
        "PT:Portugal RO:Romania RS:Serbia RU:Russia SE:Sweden SI:Slovenia SJ:Svalbard and Jan "
        "Mayen SK:Slovakia SM:San Marino TR:Türkiye UA:Ukraine VA:Vatican City XK:Kosovo",
    ),
    (
        "NA",
        "North America",
        "AG:Antigua and Barbuda AI:Anguilla AW:Aruba BB:Barbados BL:Saint Barthélemy BM:Bermuda "
        "BQ:Bonaire, Sint Eustatius and Saba BS:Bahamas BZ:Belize CA:Canada CR:Costa Rica CU:Cuba "
        "CW:Curaçao DM:Dominica DO:Dominican Republic GD:Grenada GL:Greenland GP:Guadeloupe "
        "GT:Guatemala HN:Honduras HT:Haiti JM:Jamaica KN:Saint Kitts and Nevis KY:Cayman Islands "
        "LC:Saint Lucia MF:Saint Martin MQ:Martinique MS:Montserrat MX:Mexico NI:Nicaragua "
        "PA:Panama PM:Saint Pierre and Miquelon PR:Puerto Rico SV:El Salvador SX:Sint Maarten "
        "TC:Turks and Caicos Islands TT:Trinidad and Tobago US:United States "
        "VC:Saint Vincent and the Grenadines VG:British Virgin Islands VI:U.S. Virgin Islands",
    ),
    (
        "OC",
        "Oceania",
        "AS:American Samoa AU:Australia CK:Cook Islands FJ:Fiji FM:Micronesia GU:Guam KI:Kiribati "
        "MH:Marshall Islands MP:Northern Mariana Islands NC:New Caledonia NF:Norfolk Island "
        "NR:Nauru NU:Niue NZ:New Zealand PF:French Polynesia PG:Papua New Guinea PN:Pitcairn "
        "PW:Palau SB:Solomon Islands TK:Tokelau TL:Timor-Leste TO:Tonga TV:Tuvalu "
        "UM:U.S. Minor Outlying Islands VU:Vanuatu WF:Wallis and Futuna WS:Samoa",
    ),
    (
        "SA",
        "South America",
        "AR:Argentina BO:Bolivia BR:Brazil CL:Chile CO:Colombia EC:Ecuador FK:Falkland Islands "
        "GF:French Guiana GY:Guyana PE:Peru PY:Paraguay SR:Suriname UY:Uruguay VE:Venezuela",
    ),
)
_STATES = (  # of the United States, which Route 53 tells apart
    "AK:Alaska AL:Alabama AR:Arkansas AZ:Arizona CA:California CO:Colorado CT:Connecticut "
    "DC:District of Columbia DE:Delaware FL:Florida GA:Georgia HI:Hawaii IA:Iowa ID:Idaho "
    "IL:Illinois IN:Indiana KS:Kansas KY:Kentucky LA:Louisiana MA:Massachusetts MD:Maryland "
    "ME:Maine MI:Michigan MN:Minnesota MO:Missouri MS:Mississippi MT:Montana NC:North Carolina "
    "ND:North Dakota NE:Nebraska NH:New Hampshire NJ:New Jersey NM:New Mexico NV:Nevada "
    "NY:New York OH:Ohio OK:Oklahoma OR:Oregon PA:Pennsylvania RI:Rhode Island SC:South Carolina "
    "SD:South Dakota TN:Tennessee TX:Texas UT:Utah VA:Virginia VT:Vermont WA:Washington "
    "WI:Wisconsin WV:West Virginia WY:Wyoming"
)
_REGIONS = (  # country, and state where there is one
    "af-south-1:ZA ap-east-1:HK ap-east-2:TW ap-northeast-1:JP ap-northeast-2:KR ap-northeast-3:JP "
    "ap-south-1:IN ap-south-2:IN ap-southeast-1:SG ap-southeast-2:AU ap-southeast-3:ID "
    "ap-southeast-4:AU ap-southeast-5:MY ap-southeast-6:NZ ap-southeast-7:TH ca-central-1:CA "
    "ca-west-1:CA eu-central-1:DE eu-central-2:CH eu-north-1:SE eu-south-1:IT eu-south-2:ES "
    "eu-west-1:IE eu-west-2:GB eu-west-3:FR il-central-1:IL me-central-1:AE me-south-1:BH "
    "me-west-1:SA mx-central-1:MX sa-east-1:BR sa-west-1:CL us-east-1:US-VA us-east-2:US-OH "
    "us-west-1:US-CA us-west-2:US-OR"
)
EVERYWHERE, WITH_STATES = "*", "US"


def _rows(text: str) -> list[tuple[str, str]]:
    """Split `XX:Name of it YY:Another`."""
    parts = text.split(":")
    codes = [parts[0], *(part.rpartition(" ")[2] for part in parts[1:-1])]
    names = [*(part.rpartition(" ")[0] for part in parts[1:-1]), parts[-1]]
    return list(zip(codes, names, strict=True))


@cache
def continents() -> dict[str, str]:
    """Give the names of continents by code."""
    return {code: name for code, name, _ in _CONTINENTS}


@cache
def countries() -> dict[str, tuple[str, str]]:
    """Give the continent and the name of each country by code."""
    return {
        code: (continent, name) for continent, _, text in _CONTINENTS for code, name in _rows(text)
    }


@cache
def states() -> dict[str, str]:
    """Give the names of the United States' states by code."""
    return dict(_rows(_STATES))


@cache
def region_locations() -> dict[str, tuple[str, str, str | None]]:
    """Give the continent, country and state in which each Region is."""
    found = {}
    for row in _REGIONS.split():
        region, _, where = row.partition(":")
        country, _, state = where.partition("-")
        found[region] = (countries()[country][0], country, state or None)
    return found
