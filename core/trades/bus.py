"""Bus: coaches that stop on the way. Figures: the product's table of trades."""

from core.trades.trade import PolicyDefaults, RefundStep, Trade

BUS = Trade(
    code="bus",
    name="Bus",
    vehicle_word="Bus",
    platform_word="Bay",
    seat_types=("standard", "premium", "sleeper", "semi_sleeper", "limousine"),
    seat_order=("standard", "premium", "semi_sleeper", "sleeper", "limousine"),
    passenger_types=("adult", "child", "senior"),
    reference_style="long",
    vehicle_standards=("standard", "deluxe", "sleeper", "semi_sleeper"),
    policy=PolicyDefaults(
        hold_minutes=15,
        max_seats=6,
        sales_close_minutes=5,
        refund_ladder=(RefundStep(hours=24, percent=100), RefundStep(hours=2, percent=50)),
        passenger_fields={
            "web": ["full_name", "document_kind", "document_number", "phone", "type", "email?"],
            "api": ["full_name", "type"],
            "counter": ["full_name", "type", "phone?", "email?"],
            "kiosk": ["type", "full_name?", "email?"],
        },
    ),
)
