UPDATE calls
   SET asked = call_routes.asked, trace = call_routes.trace, revision = call_routes.revision,
       from_cache = call_routes.from_cache, target_uri = call_routes.target_uri,
       edge_id = call_routes.edge_id, boot_id = call_routes.boot_id
  FROM call_routes
 WHERE call_routes.call_id = calls.id AND calls.asked IS NULL;

DROP TABLE call_routes;
