"""Flight: nonstop legs, classes, check-in. Figures: the product's table of trades."""

from core.trades.trade import PolicyDefaults, RefundStep, Trade

FLIGHT = Trade(
    code="flight",
    name="Flight",
    vehicle_word="Aircraft",
    platform_word="Gate",
    seat_types=("economy", "premium_economy", "business", "first"),
    passenger_types=("adult", "child", "infant"),
    reference_style="pnr",
    policy=PolicyDefaults(
        hold_minutes=15,
        max_seats=9,
        sales_close_minutes=60,
        refund_ladder=(RefundStep(hours=24, percent=100, fee=5000), RefundStep(hours=12, percent=50)),
        passenger_fields={
            channel: ["title", "first_name", "last_name", "date_of_birth", "gender", "type", "email?"]
            for channel in ("web", "api", "counter", "kiosk")
        },
        check_in_opens_hours=48,
        check_in_closes_hours=1,
    ),
)
