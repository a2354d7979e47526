"""Cinema: showings of films on screens. Figures: the product's table of trades."""

from core.trades.trade import PolicyDefaults, RefundStep, Trade

CINEMA = Trade(
    code="cinema",
    name="Cinema",
    vehicle_word="Screen",
    platform_word="Screen",
    seat_types=("standard", "premium", "wheelchair", "companion"),
    seat_order=("standard", "premium"),
    passenger_types=("adult", "child", "senior"),
    reference_style="long",
    policy=PolicyDefaults(
        hold_minutes=10,
        max_seats=10,
        sales_close_minutes=-10,
        reminder_hours=2,
        refund_ladder=(RefundStep(hours=0, percent=100),),
        passenger_fields={
            channel: ["full_name?", "email?"] for channel in ("web", "api", "counter", "kiosk")
        },
    ),
)
