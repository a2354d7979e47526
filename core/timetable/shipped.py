"""The seat plans that come with the product: coaches and a rail coach, two decks, berths, aircraft, a screen, a hall."""

from core.timetable.layouts import COACH, COACH_VIP, MIDI, RAIL_COACH, plan

DOUBLE_DECKER = plan(
    "double-decker-79",
    "Double-decker, 79 seats",
    ("D___E", "W__SS", "C__SS", "SS_SS", "SS_SS", "aa_aa", "bb_bb", "H_E__", "T__SS", "SS_SS", "SS_SS"),
    ("LL_LL", *("SS_SS",) * 6, "H__SS", *("SS_SS",) * 3, "SSSSS"),
)

SLEEPER_COACH = plan(
    "sleeper-coach-36",
    "Sleeper coach, 36 berths",
    ("D__E", *("Z_ZZ", "____") * 6, "T___"),
    ("____", *("Z_ZZ", "____") * 6, "H___"),
)

NARROW_BODY = plan(
    "aircraft-168",
    "Aircraft, 168 seats",
    (
        "xT_G_Gx",
        "_______",
        *("JJ___JJ",) * 3,
        "_______",
        *("YYY_YYY",) * 7,
        *("YYYwYYY",) * 2,
        "x_____x",
        "XXXwXXX",
        "XXXwXXX",
        *("YYYwYYY",) * 2,
        *("YYY_YYY",) * 13,
        "xT_G_Tx",
    ),
    lettered=True,
)

WIDE_BODY = plan(
    "aircraft-260",
    "Wide-body aircraft, 260 seats",
    (
        "xT_GGGG_Tx",
        "__________",
        *("F___FF___F",) * 2,
        "__________",
        *("JJ_JJJJ_JJ",) * 4,
        "xT_GGGG_Tx",
        "__________",
        *("UU_UUUU_UU",) * 4,
        "__________",
        *("YY_YYYY_YY",) * 5,
        *("YYwYYYY_YY",) * 4,
        "x___TT___x",
        "XXwXXXX_XX",
        *("YYwYYYY_YY",) * 3,
        *("YY_YYYY_YY",) * 9,
        *("YY__YY__YY",) * 2,
        "xT_GGGG_Tx",
    ),
    lettered=True,
)

CINEMA = plan(
    "screen-152",
    "Screen, 152 seats",
    (
        "______R________",
        "_______________",
        "WC_SSSSSSSSS_CW",
        *("SS_SSSSSSSSS_SS",) * 9,
        "_______________",
        "_P_PPPPPPPPP_P_",
        "_P_PPPPPPPPP_P_",
    ),
    hall=True,
)

HALL = plan(
    "hall-1000",
    "Hall, 1,000 places",
    (
        f"{'_' * 21}A{'_' * 20}",
        f"{'P' * 10}_{'P' * 20}_{'P' * 10}",
        f"{'P' * 10}_{'P' * 20}_{'P' * 10}",
        *(f"{'S' * 10}_{'S' * 20}_{'S' * 10}",) * 9,
        f"WCWC{'S' * 6}_{'S' * 20}_{'S' * 6}CWCW",
        *(f"{'S' * 10}_{'S' * 20}_{'S' * 10}",) * 13,
    ),
    hall=True,
)

SHIPPED = (
    COACH,
    COACH_VIP,
    MIDI,
    RAIL_COACH,
    DOUBLE_DECKER,
    SLEEPER_COACH,
    NARROW_BODY,
    WIDE_BODY,
    CINEMA,
    HALL,
)
