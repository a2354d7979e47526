"""The columns that the GTFS reference (and what it used to be) knows, by file: what else a header names is pointed out."""

_WORDS = {
    "agency.txt": "agency_id agency_name agency_url agency_timezone agency_lang agency_phone agency_fare_url agency_email "
    "cemv_support",
    "stops.txt": "stop_id stop_code stop_name tts_stop_name stop_desc stop_lat stop_lon zone_id stop_url location_type "
    "parent_station stop_timezone wheelchair_boarding level_id platform_code stop_access",
    "routes.txt": "route_id agency_id route_short_name route_long_name route_desc route_type route_url route_color "
    "route_text_color route_sort_order continuous_pickup continuous_drop_off network_id cemv_support",
    "trips.txt": "route_id service_id trip_id trip_headsign trip_short_name direction_id block_id shape_id "
    "wheelchair_accessible bikes_allowed cars_allowed safe_duration_factor safe_duration_offset",
    "stop_times.txt": "trip_id arrival_time departure_time stop_id location_group_id location_id stop_sequence "
    "stop_headsign start_pickup_drop_off_window end_pickup_drop_off_window pickup_type drop_off_type continuous_pickup "
    "continuous_drop_off shape_dist_traveled timepoint pickup_booking_rule_id drop_off_booking_rule_id",
    "calendar.txt": "service_id monday tuesday wednesday thursday friday saturday sunday start_date end_date",
    "calendar_dates.txt": "service_id date exception_type",
    "frequencies.txt": "trip_id start_time end_time headway_secs exact_times",
    "fare_attributes.txt": "fare_id price currency_type payment_method transfers agency_id transfer_duration",
    "fare_rules.txt": "fare_id route_id origin_id destination_id contains_id",
    "fare_products.txt": "fare_product_id fare_product_name rider_category_id fare_media_id amount currency",
    "fare_leg_rules.txt": "leg_group_id network_id from_area_id to_area_id from_timeframe_group_id to_timeframe_group_id "
    "fare_product_id rule_priority",
    "rider_categories.txt": "rider_category_id rider_category_name is_default_fare_category eligibility_url",
    "fare_media.txt": "fare_media_id fare_media_name fare_media_type",
    "areas.txt": "area_id area_name",
    "stop_areas.txt": "area_id stop_id",
    "route_networks.txt": "network_id route_id",
}

COLUMNS = {file: frozenset(words.split()) for file, words in _WORDS.items()}
