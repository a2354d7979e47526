"""Which test does which deed: each request of the API and the admin that may change something, done by a test that looks
whether the activity log says so (`tests.support.walked`). Who adds such a request names its test here.
"""

#: By the name of the test, as pytest calls it: "METHOD /rule" of each deed.
DEEDS_OF: dict[str, frozenset[str]] = {
    "tests/admin/test_blocks.py::test_a_manager_keeps_a_seat_back_until_a_time_on_the_operators_clock": frozenset(
        {"POST /admin/schedules/<schedule_id>/block"}
    ),
    "tests/admin/test_bookings.py::test_a_clerk_cancels_one_passenger_and_hands_the_cash_back": frozenset(
        {"POST /admin/bookings/<booking_id>/cancel", "POST /admin/bookings/<booking_id>/hand-out/<refund_id>"}
    ),
    "tests/admin/test_branding.py::test_a_manager_gives_an_operator_a_colour_and_a_logo_and_takes_it_away": frozenset(
        {"POST /admin/branding/<owner>"}
    ),
    "tests/admin/test_bookings.py::test_a_clerk_changes_seat_and_name": frozenset(
        {"POST /admin/bookings/<booking_id>/change"}
    ),
    "tests/admin/test_bookings.py::test_a_manager_waives_the_difference_and_says_why": frozenset(
        {"POST /admin/bookings/<booking_id>/move"}
    ),
    "tests/admin/test_desk.py::test_signing_out_ends_the_session": frozenset({"POST /admin/sign-out"}),
    "tests/admin/test_devices.py::test_a_button_becomes_a_command_to_the_agent": frozenset(
        {"POST /admin/kiosk-devices/<kiosk_id>/scan", "POST /admin/kiosk-devices/<kiosk_id>/simulate"}
    ),
    "tests/admin/test_devices.py::test_a_new_token_is_shown_once_and_ends_the_one_before": frozenset(
        {"POST /admin/kiosk-devices/<kiosk_id>/token"}
    ),
    "tests/admin/test_vehicle_swap.py::test_a_manager_looks_and_sends_another_vehicle": frozenset(
        {"POST /admin/schedules/<schedule_id>/vehicle"}
    ),
    "tests/admin/test_disruptions.py::test_the_desk_chooses_for_one_and_for_all_and_shows_it": frozenset(
        {"POST /admin/disruptions/<disruption_id>/choose"}
    ),
    "tests/admin/test_edits.py::test_a_departure_is_called_off_with_a_reason_only": frozenset(
        {"POST /admin/disruptions/plan"}
    ),
    "tests/admin/test_edits.py::test_a_departure_is_planned_like_another": frozenset(
        {"POST /admin/schedules/new/"}
    ),
    "tests/admin/test_edits.py::test_a_fixed_fare_is_added_changed_and_taken_away": frozenset(
        {"POST /admin/fares/edit/", "POST /admin/fares/new/"}
    ),
    "tests/admin/test_edits.py::test_an_expected_time_is_read_on_the_operators_clock": frozenset(
        {"POST /admin/schedules/edit/"}
    ),
    "tests/admin/test_edits.py::test_saved_rules_are_a_new_version": frozenset(
        {"POST /admin/operators/<operator_id>/rules"}
    ),
    "tests/admin/test_edits.py::test_seat_charges_and_passenger_types_come_and_go": frozenset(
        {"POST /admin/prices/<operator_id>/passenger-fare", "POST /admin/prices/<operator_id>/seat-charge"}
    ),
    "tests/admin/test_edits.py::test_the_next_status_of_a_run_is_logged": frozenset(
        {"POST /admin/schedules/<schedule_id>/status"}
    ),
    "tests/admin/test_edits.py::test_the_tariff_is_set_in_major_units": frozenset(
        {"POST /admin/prices/<operator_id>/"}
    ),
    "tests/admin/test_edits.py::test_things_are_added_and_end_without_being_deleted": frozenset(
        {
            "POST /admin/operators/new/",
            "POST /admin/places/new/",
            "POST /admin/routes/new/",
            "POST /admin/vehicles/new/",
        }
    ),
    "tests/admin/test_edits.py::test_what_is_changed_is_logged_with_what_was_before[layouts-layout_id-changed4]": frozenset(
        {"POST /admin/layouts/edit/"}
    ),
    "tests/admin/test_edits.py::test_what_is_changed_is_logged_with_what_was_before[operators-operator_id-changed0]": frozenset(
        {"POST /admin/operators/edit/"}
    ),
    "tests/admin/test_edits.py::test_what_is_changed_is_logged_with_what_was_before[places-place_id-changed1]": frozenset(
        {"POST /admin/places/edit/"}
    ),
    "tests/admin/test_edits.py::test_what_is_changed_is_logged_with_what_was_before[routes-route_id-changed2]": frozenset(
        {"POST /admin/routes/edit/"}
    ),
    "tests/admin/test_edits.py::test_what_is_changed_is_logged_with_what_was_before[vehicles-vehicle_id-changed3]": frozenset(
        {"POST /admin/vehicles/edit/"}
    ),
    "tests/admin/test_kiosks.py::test_a_message_ends_on_the_stations_clock": frozenset(
        {"POST /admin/kiosk/<kiosk_id>/message"}
    ),
    "tests/admin/test_kiosks.py::test_a_message_is_taken_away": frozenset(
        {"POST /admin/kiosk/<kiosk_id>/message/end"}
    ),
    "tests/admin/test_kiosks.py::test_cash_is_locked_and_the_page_is_loaded_anew": frozenset(
        {"POST /admin/kiosk/<kiosk_id>/cash", "POST /admin/kiosk/<kiosk_id>/reload"}
    ),
    "tests/admin/test_kiosks.py::test_out_of_order_shows_the_same_code_here_and_there_until_it_is_put_back": frozenset(
        {"POST /admin/kiosk/<kiosk_id>/start", "POST /admin/kiosk/<kiosk_id>/stop"}
    ),
    "tests/admin/test_kiosks.py::test_rights_are_changed_and_all_boxes_mean_no_limit": frozenset(
        {"POST /admin/kiosk/<kiosk_id>/change"}
    ),
    "tests/admin/test_letters.py::test_words_are_looked_at_saved_and_ended": frozenset(
        {
            "POST /admin/letters/<operator_id>/<kind>/<language>",
            "POST /admin/letters/<operator_id>/<kind>/<language>/end",
        }
    ),
    "tests/admin/test_mail.py::test_a_message_is_sent_again_and_that_is_logged": frozenset(
        {"POST /admin/messages/<message_id>/resend"}
    ),
    "tests/admin/test_mail.py::test_all_that_failed_is_sent_again_by_one_click": frozenset(
        {"POST /admin/messages/resend-failed"}
    ),
    "tests/admin/test_patterns.py::test_a_manager_enters_the_stops_and_times_of_a_line": frozenset(
        {"POST /admin/routes/<route_id>/patterns/new/"}
    ),
    "tests/admin/test_people.py::test_a_kiosk_is_let_in_by_its_code_and_locked_out": frozenset(
        {"POST /admin/kiosk/<kiosk_id>/revoke", "POST /admin/kiosks/approve"}
    ),
    "tests/admin/test_people.py::test_a_link_for_a_kiosk_is_shown_once": frozenset(
        {"POST /admin/kiosks/prepare"}
    ),
    "tests/admin/test_people.py::test_a_person_is_made_changed_and_ended": frozenset(
        {"POST /admin/people/edit/", "POST /admin/people/new/"}
    ),
    "tests/admin/test_reconciliation.py::test_a_message_is_put_aside_with_a_reason_by_those_who_may_refund": frozenset(
        {"POST /admin/reconciliation/messages/<event_id>/put-aside"}
    ),
    "tests/admin/test_reconciliation.py::test_a_refund_that_takes_long_is_tried_again": frozenset(
        {"POST /admin/reconciliation/refunds/<refund_id>/try-again"}
    ),
    "tests/admin/test_reconciliation.py::test_money_that_bought_nothing_is_given_back_with_a_reason": frozenset(
        {"POST /admin/reconciliation/payments/<payment_id>/give-back"}
    ),
    "tests/admin/test_reconciliation.py::test_what_a_kiosk_owes_is_handed_out_at_the_counter": frozenset(
        {"POST /admin/reconciliation/cash/<payment_id>/handed-out"}
    ),
    "tests/admin/test_reservations.py::test_a_release_frees_the_seats_and_is_logged_with_its_reason": frozenset(
        {"POST /admin/reservations/<reservation_id>/release"}
    ),
    "tests/admin/test_till.py::test_a_clerk_opens_sells_and_closes_blind": frozenset(
        {"POST /admin/till/<kind>/<drawer_id>/move"}
    ),
    "tests/admin/test_till.py::test_a_large_difference_waits_for_another_manager": frozenset(
        {
            "POST /admin/shifts/<shift_id>/approve",
            "POST /admin/sign-in",
            "POST /admin/till/<kind>/<drawer_id>/close",
            "POST /admin/till/<kind>/<drawer_id>/open",
        }
    ),
    "tests/admin/test_till.py::test_a_manager_sets_the_limit": frozenset({"POST /admin/shifts/limit"}),
    "tests/admin/test_vouchers.py::test_one_that_was_lost_is_blocked_with_a_reason": frozenset(
        {"POST /admin/vouchers/<voucher_id>/block", "POST /admin/vouchers/new/"}
    ),
    "tests/core/api/test_admin.py::test_staff_of_a_station_on_the_way_see_and_release": frozenset(
        {"POST /api/v1/admin/reservations/<uuid:reservation_id>/release"}
    ),
    "tests/core/api/test_aliases.py::test_a_lock_is_a_reservation": frozenset(
        {
            "DELETE /api/v1/seats/lock/<uuid:reservation_id>",
            "PATCH /api/v1/seats/lock/<uuid:reservation_id>/extend",
            "POST /api/v1/seats/lock",
        }
    ),
    "tests/core/api/test_aliases.py::test_confirming_needs_captured_money[/payments-complete]": frozenset(
        {"POST /api/v1/bookings/<uuid:reservation_id>/complete", "POST /api/v1/payments"}
    ),
    "tests/core/api/test_aliases.py::test_confirming_needs_captured_money[/payments/process-confirm]": frozenset(
        {
            "POST /api/v1/bookings",
            "POST /api/v1/bookings/<uuid:reservation_id>/confirm",
            "POST /api/v1/payments/<uuid:payment_id>/process",
            "POST /api/v1/payments/process",
        }
    ),
    "tests/core/api/test_aliases.py::test_holding_goes_by_several_names[/bookings/initiate]": frozenset(
        {"POST /api/v1/bookings/initiate"}
    ),
    "tests/core/api/test_baskets.py::test_it_is_prolonged_and_given_up_as_one": frozenset(
        {
            "DELETE /api/v1/baskets/<uuid:basket_id>",
            "POST /api/v1/baskets",
            "POST /api/v1/baskets/<uuid:basket_id>/extend",
        }
    ),
    "tests/core/api/test_baskets.py::test_one_payment_and_its_message_make_all_bookings": frozenset(
        {"POST /api/v1/baskets/<uuid:basket_id>/pay"}
    ),
    "tests/core/api/test_blocks.py::test_a_manager_blocks_and_lifts": frozenset(
        {
            "POST /api/v1/schedules/<uuid:schedule_id>/blocks",
            "POST /api/v1/schedules/<uuid:schedule_id>/blocks/lift",
        }
    ),
    "tests/core/api/test_cancellations.py::test_a_card_is_refunded_through_its_gateway": frozenset(
        {
            "POST /api/v1/bookings/<uuid:booking_id>/cancel",
            "POST /api/v1/bookings/create",
            "POST /api/v1/payments/webhook/<gateway_name>",
        }
    ),
    "tests/core/api/test_cancellations.py::test_a_dearer_departure_is_shown_held_and_paid_for_online": frozenset(
        {"POST /api/v1/bookings/<uuid:booking_id>/move"}
    ),
    "tests/core/api/test_cancellations.py::test_a_dearer_seat_is_shown_held_and_paid_for_at_the_counter": frozenset(
        {"POST /api/v1/bookings/<uuid:booking_id>/seats"}
    ),
    "tests/core/api/test_cancellations.py::test_a_deleted_booking_is_cancelled_once": frozenset(
        {"DELETE /api/v1/bookings/<uuid:booking_id>"}
    ),
    "tests/core/api/test_cancellations.py::test_only_those_who_may_change_a_booking": frozenset(
        {"PATCH /api/v1/bookings/<uuid:booking_id>"}
    ),
    "tests/core/api/test_cancellations.py::test_staff_may_and_say_why": frozenset(
        {"POST /api/v1/payments/<uuid:payment_id>/refund/<uuid:refund_id>/hand-out"}
    ),
    "tests/core/api/test_cancellations.py::test_staff_refund_a_part_while_the_journey_stands": frozenset(
        {"POST /api/v1/payments/<uuid:payment_id>/refund", "POST /api/v1/payments/refund"}
    ),
    "tests/core/api/test_disruptions.py::test_a_manager_looks_agrees_and_refunds_everybody": frozenset(
        {"POST /api/v1/disruptions/<uuid:disruption_id>/choices"}
    ),
    "tests/core/api/test_disruptions.py::test_a_passenger_chooses_with_the_link_alone": frozenset(
        {"POST /api/v1/choices/<uuid:case_id>", "POST /api/v1/schedules/<uuid:schedule_id>/disruptions"}
    ),
    "tests/core/api/test_kiosk_agents.py::test_an_agent_takes_a_command_and_reports_what_came_of_it": frozenset(
        {
            "POST /api/v1/kiosk-agent/commands",
            "POST /api/v1/kiosk-agent/events",
            "POST /api/v1/kiosk-agent/hello",
        }
    ),
    "tests/core/api/test_reservations.py::test_giving_up_frees_the_seats_and_may_be_repeated": frozenset(
        {"DELETE /api/v1/reservations/<uuid:reservation_id>"}
    ),
    "tests/core/api/test_reservations.py::test_more_time_is_given_as_often_as_the_policy_says": frozenset(
        {"POST /api/v1/reservations/<uuid:reservation_id>/extend"}
    ),
    "tests/core/api/test_reservations.py::test_seats_are_changed_while_they_are_held_and_others_may_have_the_old_ones": frozenset(
        {"PATCH /api/v1/reservations/<uuid:reservation_id>"}
    ),
    "tests/core/api/test_shifts.py::test_a_day_over_the_api": frozenset(
        {
            "POST /api/v1/payments/initiate",
            "POST /api/v1/reservations/create",
            "POST /api/v1/shifts",
            "POST /api/v1/shifts/<uuid:shift_id>/close",
            "POST /api/v1/shifts/<uuid:shift_id>/movements",
        }
    ),
    "tests/core/api/test_shifts.py::test_who_sees_and_approves": frozenset(
        {"POST /api/v1/shifts/<uuid:shift_id>/approve"}
    ),
    "tests/core/api/test_timetable.py::test_availability_is_told_without_holding": frozenset(
        {"POST /api/v1/schedules/<uuid:schedule_id>/check-availability"}
    ),
    "tests/core/api/test_timetable.py::test_generating_seats_says_how_many_there_are": frozenset(
        {"POST /api/v1/schedules/<uuid:schedule_id>/generate-seats"}
    ),
    "tests/core/api/test_users.py::test_an_admin_makes_an_account_for_staff_at_a_station": frozenset(
        {"POST /api/v1/users"}
    ),
    "tests/core/api/test_users.py::test_one_registers_signs_in_and_stays_signed_in": frozenset(
        {"POST /api/v1/users/login", "POST /api/v1/users/refresh", "POST /api/v1/users/register"}
    ),
    "tests/core/api/test_waiting.py::test_leaving_needs_the_link": frozenset(
        {"DELETE /api/v1/waiting/<uuid:entry_id>", "POST /api/v1/schedules/<uuid:schedule_id>/waiting"}
    ),
}

#: Deeds that need no entry in the log, and why.
WITHOUT_ENTRY = {
    "POST /api/v1/bookings/<uuid:reservation_id>/complete": "gives the booking that the money made",
    "POST /api/v1/bookings/<uuid:reservation_id>/confirm": "gives the booking that the money made",
    "POST /api/v1/bookings/create": "gives the booking that the money made",
    "POST /api/v1/kiosk-agent/commands": "takes commands, which are a record of their own",
    "POST /api/v1/kiosk-agent/hello": "says how devices are, which is a record of its own",
    "POST /api/v1/payments/<uuid:payment_id>/process": "says how the payment is",
    "POST /api/v1/schedules/<uuid:schedule_id>/check-availability": "asks",
    "POST /api/v1/schedules/<uuid:schedule_id>/generate-seats": "counts the seats that there are",
    "POST /api/v1/users/refresh": "goes on with a sign-in",
}
