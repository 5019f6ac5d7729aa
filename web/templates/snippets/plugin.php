{% from "snippets/parts.txt" import attributes with context %}
<?php
/* Plugin Name: Klusterikeittokirja */

add_action( 'wp_enqueue_scripts', function () {
	wp_enqueue_script_module( 'klusterikeittokirja', '{{ address }}/static/embed.js', array(), null );
} );

add_shortcode( 'keittokirja', function () {
	return '<{{ options.element }}{{ attributes() }}>'
		. '<a href="{{ address }}/">{{ t["upota.fallback"] }}</a></{{ options.element }}>';
} );
