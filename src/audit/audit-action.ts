/** The actions that the audit trail records. The values are stored, so they never change. */
export enum AuditAction {
  CREATE_CUSTOMER = 'create_customer',
  LINK_CUSTOMER = 'link_customer',
  IMPORT_CUSTOMERS = 'import_customers',
  UNLINK_CUSTOMER = 'unlink_customer',
  UPDATE_CUSTOMER_MAPPING = 'update_customer_mapping',
  CREATE_PORTAL_CONFIGURATION = 'create_portal_configuration',
  UPDATE_PORTAL_CONFIGURATION = 'update_portal_configuration',
  DEACTIVATE_PORTAL_CONFIGURATION = 'deactivate_portal_configuration',
  ACTIVATE_PORTAL_CONFIGURATION = 'activate_portal_configuration',
  CREATE_PORTAL_SESSION = 'create_portal_session',
  CREATE_PORTAL_LINK = 'create_portal_link',
  REVOKE_PORTAL_LINK = 'revoke_portal_link',
  LINK_CUSTOMER_BY_EVENT = 'link_customer_by_event',
  REPORT_CUSTOMER_CONFLICT = 'report_customer_conflict',
  RESOLVE_CUSTOMER_CONFLICT = 'resolve_customer_conflict',
  REPORT_PORTAL_SESSION = 'report_portal_session',
}
